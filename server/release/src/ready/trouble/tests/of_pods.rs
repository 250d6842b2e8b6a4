//! Trouble that a pod's own status and events tell.

use expect_test::expect;

use super::{SECOND, check, check_settled, now};

#[test]
fn an_image_that_is_not_there() {
    check(
        r#"
{kind: Pod, name: a, ago: 40, spec: {containers: [{name: web, image: "nginx:nope"}]}, status: {phase: Pending, containerStatuses: [{name: web, state: {waiting: {reason: ImagePullBackOff, message: 'Back-off pulling image "nginx:nope": ErrImagePull: rpc error: code = NotFound desc = failed to pull and unpack image "docker.io/library/nginx:nope": docker.io/library/nginx:nope: not found'}}}]}}
"#,
        expect![[r#"
            final: Pod a: image nginx:nope of container web cannot be pulled, the registry has no such image.
            Pod a: 0 of 1 container ready (ImagePullBackOff: nginx:nope)
        "#]],
    );
}

#[test]
fn the_first_attempt_to_pull_may_be_bad_luck() {
    check(
        r#"
{kind: Pod, name: a, spec: {containers: [{name: web, image: "nginx:nope"}]}, status: {phase: Pending, containerStatuses: [{name: web, state: {waiting: {reason: ErrImagePull, message: 'docker.io/library/nginx:nope: not found'}}}]}}
"#,
        expect![[r#"
            waits: Pod a: image nginx:nope of container web cannot be pulled, the registry has no such image.
            Pod a: 0 of 1 container ready (ErrImagePull: nginx:nope)
        "#]],
    );
}

#[test]
fn an_old_kubelet_has_the_answer_in_its_events_only() {
    check(
        r#"
{kind: Pod, name: a, spec: {containers: [{name: web, image: "nginx:nope"}]}, status: {phase: Pending, containerStatuses: [{name: web, state: {waiting: {reason: ImagePullBackOff, message: 'Back-off pulling image "nginx:nope"'}}}]}}
---
{kind: Event, on: Pod/a, field: "spec.containers{web}", reason: Failed, count: 2, message: 'Failed to pull image "nginx:nope": rpc error: code = Unknown desc = manifest unknown'}
---
{kind: Event, on: Pod/a, field: "spec.containers{web}", reason: BackOff, count: 7, message: 'Back-off pulling image "nginx:nope"'}
"#,
        expect![[r#"
            final: Pod a: image nginx:nope of container web cannot be pulled, the registry has no such image.
            Pod a: 0 of 1 container ready (ImagePullBackOff: nginx:nope)
        "#]],
    );
}

#[test]
fn a_registry_that_cannot_be_reached_may_come_back() {
    check(
        r#"
{kind: Pod, name: a, ago: 900, spec: {containers: [{name: web, image: "registry.example.com/web:1"}]}, status: {phase: Pending, containerStatuses: [{name: web, state: {waiting: {reason: ImagePullBackOff, message: 'failed to do request: Head "https://registry.example.com/v2/web/manifests/1": dial tcp: lookup registry.example.com: no such host'}}}]}}
"#,
        expect![[r#"
            waits: Pod a: image registry.example.com/web:1 of container web cannot be pulled, the registry cannot be reached.
            Pod a: 0 of 1 container ready (ImagePullBackOff: registry.example.com/web:1)
        "#]],
    );
}

#[test]
fn a_registry_that_refuses_is_given_a_minute() {
    let pod = |ago| {
        format!(
            r#"{{kind: Pod, name: a, ago: {ago}, spec: {{containers: [{{name: web, image: "r.example.com/web:1"}}]}}, status: {{phase: Pending, containerStatuses: [{{name: web, state: {{waiting: {{reason: ImagePullBackOff, message: 'failed to authorize: unexpected status: 401 Unauthorized'}}}}}}]}}}}"#
        )
    };
    check(
        &pod(45),
        expect![[r#"
        waits: Pod a: image r.example.com/web:1 of container web cannot be pulled, the registry refuses it: the pull secret is missing or wrong, or there is no such repository.
        Pod a: 0 of 1 container ready (ImagePullBackOff: r.example.com/web:1)
    "#]],
    );
    check(
        &pod(75),
        expect![[r#"
        final: Pod a: image r.example.com/web:1 of container web cannot be pulled, the registry refuses it: the pull secret is missing or wrong, or there is no such repository.
        Pod a: 0 of 1 container ready (ImagePullBackOff: r.example.com/web:1)
    "#]],
    );
}

#[test]
fn a_name_that_is_no_image() {
    check(
        r#"
{kind: Pod, name: a, spec: {containers: [{name: web, image: "nginx::1"}]}, status: {phase: Pending, containerStatuses: [{name: web, state: {waiting: {reason: InvalidImageName, message: 'couldn''t parse image reference "nginx::1": invalid reference format'}}}]}}
"#,
        expect![[r#"
            final: Pod a: "nginx::1" of container web is not the name of an image.
            Pod a: 0 of 1 container ready (InvalidImageName: nginx::1)
        "#]],
    );
}

#[test]
fn an_image_that_may_not_be_pulled() {
    check(
        r#"
{kind: Pod, name: a, spec: {containers: [{name: web, image: "web:dev"}]}, status: {phase: Pending, containerStatuses: [{name: web, state: {waiting: {reason: ErrImageNeverPull, message: 'Container image "web:dev" is not present with pull policy of Never'}}}]}}
"#,
        expect![[r#"
            final: Pod a: image web:dev of container web is not on the node, and its pull policy is Never.
            Pod a: 0 of 1 container ready (ErrImageNeverPull: web:dev)
        "#]],
    );
}

#[test]
fn a_crash_loop_is_final_after_three_restarts() {
    let pod = |restarts| {
        format!(
            r"{{kind: Pod, name: a, status: {{phase: Running, containerStatuses: [{{name: web, restartCount: {restarts}, state: {{waiting: {{reason: CrashLoopBackOff}}}}, lastState: {{terminated: {{exitCode: 1, reason: Error, startedAt: '2026-11-23T09:59:00Z', finishedAt: '2026-11-23T09:59:01Z'}}}}}}]}}}}"
        )
    };
    check(
        &pod(2),
        expect![[r#"
            waits: Pod a: container web ends again and again (2 restarts), last with exit code 1. [logs of a/web]
            Pod a: 0 of 1 container ready (CrashLoopBackOff: exit code 1)
        "#]],
    );
    check(
        &pod(3),
        expect![[r#"
            final: Pod a: container web ends again and again (3 restarts), last with exit code 1. [logs of a/web]
            Pod a: 0 of 1 container ready (CrashLoopBackOff: exit code 1)
        "#]],
    );
}

#[test]
fn a_crash_loop_may_wait_for_what_is_not_ready() {
    let pod = |restarts| {
        format!(
            r"{{kind: Pod, name: a, status: {{phase: Running, containerStatuses: [{{name: web, restartCount: {restarts}, state: {{waiting: {{reason: CrashLoopBackOff}}}}, lastState: {{terminated: {{exitCode: 1, reason: Error, startedAt: '2026-11-23T09:59:00Z', finishedAt: '2026-11-23T09:59:01Z'}}}}}}]}}}}"
        )
    };
    check_settled(
        &pod(4),
        None,
        expect![[r#"
        waits: Pod a: container web ends again and again (4 restarts), last with exit code 1. [logs of a/web]
        Pod a: 0 of 1 container ready (CrashLoopBackOff: exit code 1)
    "#]],
    );
    check_settled(
        &pod(5),
        None,
        expect![[r#"
        final: Pod a: container web ends again and again (5 restarts), last with exit code 1. [logs of a/web]
        Pod a: 0 of 1 container ready (CrashLoopBackOff: exit code 1)
    "#]],
    );
    // Since it last began, all else has become ready: the next time may be the good one.
    check_settled(
        &pod(4),
        Some(now() - 30 * SECOND),
        expect![[r#"
        waits: Pod a: container web ends again and again (4 restarts), last with exit code 1. [logs of a/web]
        Pod a: 0 of 1 container ready (CrashLoopBackOff: exit code 1)
    "#]],
    );
}

#[test]
fn a_job_says_itself_how_often_it_tries() {
    check(
        r"
{kind: Job, name: migrate, spec: {backoffLimit: 20}, status: {active: 1}}
---
{kind: Pod, name: migrate-a, of: Job/migrate, status: {phase: Running, containerStatuses: [{name: m, restartCount: 9, state: {waiting: {reason: CrashLoopBackOff}}, lastState: {terminated: {exitCode: 1}}}]}}
",
        expect![[r#"
            waits: Pod migrate-a: container m ends again and again (9 restarts), last with exit code 1. [logs of migrate-a/m]
            Job migrate: 0 of 1 pod completed (CrashLoopBackOff: exit code 1)
        "#]],
    );
}

#[test]
fn a_crash_after_a_long_run_starts_a_new_count() {
    check(
        r"
{kind: Pod, name: a, status: {phase: Running, containerStatuses: [{name: web, restartCount: 200, state: {waiting: {reason: CrashLoopBackOff}}, lastState: {terminated: {exitCode: 1, startedAt: '2026-11-23T08:00:00Z', finishedAt: '2026-11-23T09:59:00Z'}}}]}}
",
        expect![[r#"
            waits: Pod a: container web ends again and again (200 restarts), last with exit code 1. [logs of a/web]
            Pod a: 0 of 1 container ready (CrashLoopBackOff: exit code 1)
        "#]],
    );
}

#[test]
fn out_of_memory() {
    check(
        r"
{kind: Pod, name: a, spec: {containers: [{name: web, image: web, resources: {limits: {memory: 64Mi}}}]}, status: {phase: Running, containerStatuses: [{name: web, restartCount: 2, state: {waiting: {reason: CrashLoopBackOff}}, lastState: {terminated: {exitCode: 137, reason: OOMKilled}}}]}}
",
        expect![[r#"
            final: Pod a: container web ends again and again (2 restarts), it used more memory than its limit of 64Mi (OOMKilled). [logs of a/web]
            Pod a: 0 of 1 container ready (CrashLoopBackOff: OOMKilled)
        "#]],
    );
}

#[test]
fn a_command_that_is_not_in_the_image() {
    check(
        r#"
{kind: Pod, name: a, status: {phase: Running, containerStatuses: [{name: web, restartCount: 1, state: {waiting: {reason: CrashLoopBackOff}}, lastState: {terminated: {exitCode: 128, reason: StartError, message: 'failed to create containerd task: exec: "/bin/weeb": stat /bin/weeb: no such file or directory: unknown'}}}]}}
"#,
        expect![[r#"
            final: Pod a: container web ends again and again (1 restart), it cannot be started: failed to create containerd task: exec: "/bin/weeb": stat /bin/weeb: no such file or directory: unknown. [logs of a/web]
            Pod a: 0 of 1 container ready (CrashLoopBackOff: exit code 128)
        "#]],
    );
}

#[test]
fn a_container_that_has_done_its_work_and_is_started_again() {
    check(
        r"
{kind: Pod, name: a, status: {phase: Running, containerStatuses: [{name: web, restartCount: 3, state: {waiting: {reason: CrashLoopBackOff}}, lastState: {terminated: {exitCode: 0, reason: Completed, startedAt: '2026-11-23T09:59:00Z', finishedAt: '2026-11-23T09:59:01Z'}}}]}}
",
        expect![[r#"
            final: Pod a: container web ends again and again (3 restarts), last with exit code 0 (it ended as if its work were done; a container of this kind must go on). [logs of a/web]
            Pod a: 0 of 1 container ready (CrashLoopBackOff: exit code 0)
        "#]],
    );
}

#[test]
fn a_container_that_was_killed_by_its_liveness_probe() {
    check(
        r#"
{kind: Pod, name: a, status: {phase: Running, containerStatuses: [{name: web, ready: false, restartCount: 1, state: {running: {}}, lastState: {terminated: {exitCode: 137, reason: Error}}}]}}
---
{kind: Event, on: Pod/a, field: "spec.containers{web}", reason: Unhealthy, count: 3, message: 'Liveness probe failed: Get "http://10.0.0.7:80/": dial tcp 10.0.0.7:80: connect: connection refused'}
"#,
        expect![[r#"
            waits: Pod a: container web has crashed (1 restart), last with exit code 137 (killed: a failing liveness probe, or too little memory on the node); Liveness probe failed: Get "http://10.0.0.7:80/": dial tcp 10.0.0.7:80: connect: connection refused. [previous logs of a/web]
            Pod a: 0 of 1 container ready (Crashed: exit code 137)
        "#]],
    );
}

#[test]
fn an_init_container_that_fails() {
    check(
        r"
{kind: Pod, name: a, status: {phase: Pending, initContainerStatuses: [{name: migrate, restartCount: 4, state: {waiting: {reason: CrashLoopBackOff}}, lastState: {terminated: {exitCode: 2, message: no route to the database}}}], containerStatuses: [{name: web, state: {waiting: {reason: PodInitializing}}}]}}
",
        expect![[r#"
            waits: Pod a: init container migrate ends again and again (4 restarts), last with exit code 2: no route to the database. [logs of a/migrate]
            Pod a: 0 of 1 container ready (CrashLoopBackOff: exit code 2)
        "#]],
    );
}

#[test]
fn a_sidecar_runs_first_and_stays() {
    check(
        r"
{kind: Pod, name: a, spec: {initContainers: [{name: proxy, restartPolicy: Always}], containers: [{name: web}]}, status: {phase: Pending, initContainerStatuses: [{name: proxy, ready: false, restartCount: 1, state: {running: {}}, lastState: {terminated: {exitCode: 127}}}], containerStatuses: [{name: web, state: {waiting: {reason: PodInitializing}}}]}}
",
        expect![[r#"
            waits: Pod a: sidecar container proxy has crashed (1 restart), last with exit code 127 (its command is not in the image). [previous logs of a/proxy]
            Pod a: 0 of 1 container ready (Crashed: exit code 127)
        "#]],
    );
}

#[test]
fn the_time_to_pull_begins_when_it_is_a_containers_turn() {
    check(
        r#"
{kind: Pod, name: a, ago: 500, spec: {containers: [{name: web, image: "nginx:nope"}]}, status: {phase: Pending, startTime: "2026-11-23T09:55:00Z", conditions: [{type: Initialized, status: "True", lastTransitionTime: "2026-11-23T09:59:50Z"}], containerStatuses: [{name: web, state: {waiting: {reason: ImagePullBackOff, message: "not found"}}}]}}
"#,
        expect![[r#"
            waits: Pod a: image nginx:nope of container web cannot be pulled, the registry has no such image.
            Pod a: 0 of 1 container ready (ImagePullBackOff: nginx:nope)
        "#]],
    );
}

#[test]
fn an_init_container_that_is_done_is_no_trouble() {
    check(
        r"
{kind: Pod, name: a, spec: {containers: [{name: web}]}, status: {phase: Running, initContainerStatuses: [{name: migrate, state: {terminated: {exitCode: 0, reason: Completed}}}], containerStatuses: [{name: web, ready: false, state: {running: {}}}]}}
",
        expect![[r#"
            Pod a: 0 of 1 container ready
        "#]],
    );
}

#[test]
fn a_readiness_probe_that_fails_may_succeed() {
    check(
        r#"
{kind: Pod, name: a, ago: 999, status: {phase: Running, conditions: [{type: Ready, status: "False"}], containerStatuses: [{name: web, ready: false, started: true, state: {running: {}}}, {name: side, ready: true, state: {running: {}}}]}}
---
{kind: Event, on: Pod/a, field: "spec.containers{web}", reason: Unhealthy, count: 30, message: 'Readiness probe failed: HTTP probe failed with statuscode: 503'}
---
{kind: Event, on: Pod/a, field: "spec.containers{side}", reason: Unhealthy, ago: 600, message: 'Startup probe failed: too early'}
"#,
        expect![[r#"
            waits: Pod a: the readiness probe of container web fails: HTTP probe failed with statuscode: 503. [logs of a/web]
            Pod a: 1 of 2 containers ready (readiness probe fails)
        "#]],
    );
}

#[test]
fn no_node_may_change() {
    check(
        r#"
{kind: Pod, name: a, ago: 60, status: {phase: Pending, conditions: [{type: PodScheduled, status: "False", reason: Unschedulable, message: "0/2 nodes are available: 2 Insufficient cpu. preemption: 0/2 nodes are available: 2 No preemption victims found for incoming pod."}]}}
---
{kind: Event, on: Pod/a, reason: NotTriggerScaleUp, message: "pod didn't trigger scale-up: 1 Insufficient cpu, 1 max node group size reached"}
"#,
        expect![[r#"
            waits: Pod a: no node takes it: 0/2 nodes are available: 2 Insufficient cpu.
            Pod a: 0 of 0 containers ready (Unschedulable: 2 Insufficient cpu)
        "#]],
    );
}

#[test]
fn no_node_that_there_could_be() {
    check(
        r#"
{kind: Pod, name: a, ago: 60, status: {phase: Pending, conditions: [{type: PodScheduled, status: "False", reason: Unschedulable, message: "0/2 nodes are available: 2 node(s) didn't match Pod's node affinity/selector."}]}}
---
{kind: Event, on: Pod/a, reason: NotTriggerScaleUp, message: "pod didn't trigger scale-up: 2 node(s) didn't match Pod's node affinity/selector"}
"#,
        expect![[r#"
            final: Pod a: no node takes it: 0/2 nodes are available: 2 node(s) didn't match Pod's node affinity/selector; the autoscaler has no node for it either.
            Pod a: 0 of 0 containers ready (Unschedulable: 2 node(s) didn't match Pod's node affinity/selector)
        "#]],
    );
}

#[test]
fn a_secret_that_is_missing_may_still_be_made() {
    let pod = |ago| {
        format!(
            r#"{{kind: Pod, name: a, ago: {ago}, status: {{phase: Pending, containerStatuses: [{{name: web, state: {{waiting: {{reason: CreateContainerConfigError, message: 'secret "db" not found'}}}}}}]}}}}"#
        )
    };
    check(
        &pod(20),
        expect![[r#"
            waits: Pod a: container web needs Secret db, which is missing.
            Pod a: 0 of 1 container ready (missing Secret db)
        "#]],
    );
    check(
        &pod(200),
        expect![[r#"
            final: Pod a: container web needs Secret db, which is missing.
            Pod a: 0 of 1 container ready (missing Secret db)
        "#]],
    );
}

#[test]
fn a_key_that_is_missing() {
    check(
        r#"
{kind: Pod, name: a, ago: 20, status: {phase: Pending, containerStatuses: [{name: web, state: {waiting: {reason: CreateContainerConfigError, message: "couldn't find key url in ConfigMap shop/web"}}}]}}
"#,
        expect![[r#"
            waits: Pod a: container web needs key url in ConfigMap shop/web, which is missing.
            Pod a: 0 of 1 container ready (missing key url in ConfigMap shop/web)
        "#]],
    );
}

#[test]
fn an_image_that_runs_as_root() {
    check(
        r#"
{kind: Pod, name: a, status: {phase: Pending, containerStatuses: [{name: web, state: {waiting: {reason: CreateContainerConfigError, message: 'container has runAsNonRoot and image will run as root (pod: "a_shop(1)", container: web)'}}}]}}
"#,
        expect![[r#"
            final: Pod a: container web cannot be made: container has runAsNonRoot and image will run as root (pod: "a_shop(1)", container: web).
            Pod a: 0 of 1 container ready (CreateContainerConfigError)
        "#]],
    );
}

#[test]
fn a_container_that_cannot_be_started() {
    check(
        r#"
{kind: Pod, name: a, status: {phase: Running, containerStatuses: [{name: web, restartCount: 1, state: {waiting: {reason: RunContainerError, message: 'failed to start container: exec: "weeb": executable file not found in $PATH: unknown'}}}]}}
"#,
        expect![[r#"
            final: Pod a: container web cannot be started: failed to start container: exec: "weeb": executable file not found in $PATH: unknown.
            Pod a: 0 of 1 container ready (RunContainerError)
        "#]],
    );
}

#[test]
fn volumes_that_cannot_be_mounted() {
    check(
        r#"
{kind: Pod, name: a, ago: 300, status: {phase: Pending, conditions: [{type: PodScheduled, status: "True"}], containerStatuses: [{name: web, state: {waiting: {reason: ContainerCreating}}}]}}
---
{kind: Event, on: Pod/a, reason: FailedMount, ago: 100, message: "Unable to attach or mount volumes: timed out waiting for the condition"}
---
{kind: Event, on: Pod/a, reason: FailedMount, ago: 10, message: 'MountVolume.SetUp failed for volume "conf" : configmap "web-conf" not found'}
"#,
        expect![[r#"
            final: Pod a: a volume needs ConfigMap web-conf, which is missing.
            Pod a: 0 of 1 container ready (missing ConfigMap web-conf)
        "#]],
    );
    check(
        r#"
{kind: Pod, name: a, ago: 300, status: {phase: Pending, containerStatuses: [{name: web, state: {waiting: {reason: ContainerCreating}}}]}}
---
{kind: Event, on: Pod/a, reason: FailedAttachVolume, message: 'Multi-Attach error for volume "pvc-1" Volume is already used by pod(s) b'}
"#,
        expect![[r#"
            waits: Pod a: a volume cannot be mounted: Multi-Attach error for volume "pvc-1" Volume is already used by pod(s) b.
            Pod a: 0 of 1 container ready (FailedAttachVolume)
        "#]],
    );
}

#[test]
fn a_node_without_a_network() {
    check(
        r#"
{kind: Pod, name: a, status: {phase: Pending, containerStatuses: [{name: web, state: {waiting: {reason: ContainerCreating}}}]}}
---
{kind: Event, on: Pod/a, reason: FailedCreatePodSandBox, message: 'Failed to create pod sandbox: plugin type="calico" failed (add): error getting ClusterInformation'}
"#,
        expect![[r#"
            waits: Pod a: the node cannot set it up: Failed to create pod sandbox: plugin type="calico" failed (add): error getting ClusterInformation.
            Pod a: 0 of 1 container ready (FailedCreatePodSandBox)
        "#]],
    );
}

#[test]
fn pods_that_have_failed() {
    check(
        r"{kind: Pod, name: a, status: {phase: Failed, reason: Evicted, message: 'The node was low on resource: memory. Threshold quantity: 100Mi'}}",
        expect![[r#"
            final: Pod a: it has failed: The node was low on resource: memory. Threshold quantity: 100Mi.
            Pod a: failed (Evicted)
        "#]],
    );
    check(
        r"{kind: Pod, name: a, status: {phase: Failed, containerStatuses: [{name: test, state: {terminated: {exitCode: 3, reason: Error}}}]}}",
        expect![[r#"
            final: Pod a: container test has failed with exit code 3. [logs of a/test]
            Pod a: failed (Failed: exit code 3)
        "#]],
    );
}

#[test]
fn a_pod_that_goes_or_is_ready_has_no_trouble() {
    check(
        r#"{kind: Pod, name: a, metadata: {deletionTimestamp: "2026-11-23T09:00:00Z"}, status: {phase: Running, containerStatuses: [{name: web, restartCount: 9, state: {waiting: {reason: CrashLoopBackOff}}}]}}"#,
        expect![[r#"
            Pod a: is being deleted
        "#]],
    );
    check(
        r#"{kind: Pod, name: a, spec: {containers: [{name: web}]}, status: {phase: Running, conditions: [{type: Ready, status: "True"}], containerStatuses: [{name: web, ready: true, restartCount: 9, state: {running: {}}, lastState: {terminated: {exitCode: 1}}}]}}"#,
        expect![[r#"
            Pod a: 1 of 1 container ready
        "#]],
    );
}
