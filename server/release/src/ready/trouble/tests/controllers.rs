//! Trouble below a workload, and what its controllers say themselves.

use expect_test::expect;

use super::check;

const LOOPS: &str = "{phase: Running, containerStatuses: [{name: web, restartCount: 5, state: {waiting: {reason: \
                     CrashLoopBackOff}}, lastState: {terminated: {exitCode: 1}}}]}";

#[test]
fn the_same_trouble_of_several_pods_is_told_once() {
    check(
        &format!(
            r"
{{kind: Deployment, name: web, spec: {{replicas: 3, template: {{x: new}}}}, status: {{replicas: 3, updatedReplicas: 3, readyReplicas: 0}}}}
---
{{kind: ReplicaSet, name: web-1, of: Deployment/web, spec: {{replicas: 3, template: {{x: new}}}}, status: {{replicas: 3}}}}
---
{{kind: Pod, name: web-1-a, of: ReplicaSet/web-1, status: {LOOPS}}}
---
{{kind: Pod, name: web-1-b, of: ReplicaSet/web-1, status: {LOOPS}}}
---
{{kind: Pod, name: web-1-c, of: ReplicaSet/web-1, status: {LOOPS}}}
"
        ),
        expect![[r#"
            final: Pod web-1-a and 2 more: container web ends again and again (5 restarts), last with exit code 1. [logs of web-1-a/web]
            Deployment web: 0 of 3 pods ready (CrashLoopBackOff: exit code 1)
        "#]],
    );
}

#[test]
fn pods_of_older_replica_sets_and_of_others_do_not_count() {
    check(
        &format!(
            r"
{{kind: Deployment, name: web, spec: {{replicas: 1, template: {{x: new}}}}, status: {{replicas: 2, updatedReplicas: 1, readyReplicas: 1}}}}
---
{{kind: ReplicaSet, name: web-old, of: Deployment/web, spec: {{replicas: 1, template: {{x: old}}}}, status: {{replicas: 1}}}}
---
{{kind: ReplicaSet, name: web-new, of: Deployment/web, spec: {{replicas: 1, template: {{x: new}}}}, status: {{replicas: 1}}}}
---
{{kind: Pod, name: web-old-a, of: ReplicaSet/web-old, status: {LOOPS}}}
---
{{kind: Pod, name: stranger, status: {LOOPS}}}
---
{{kind: Pod, name: web-new-a, of: ReplicaSet/web-new, status: {{phase: Pending}}}}
"
        ),
        expect![[r#"
            Deployment web: 1 of 1 pod ready
        "#]],
    );
}

#[test]
fn a_template_that_no_replica_set_has_is_sought_by_revision() {
    check(
        &format!(
            r#"
{{kind: Deployment, name: web, spec: {{replicas: 1, template: {{x: newest}}}}, status: {{}}}}
---
{{kind: ReplicaSet, name: web-9, of: Deployment/web, metadata: {{annotations: {{deployment.kubernetes.io/revision: "9"}}}}, spec: {{replicas: 1, template: {{}}}}, status: {{replicas: 1}}}}
---
{{kind: ReplicaSet, name: web-10, of: Deployment/web, metadata: {{annotations: {{deployment.kubernetes.io/revision: "10"}}}}, spec: {{replicas: 1, template: {{}}}}, status: {{replicas: 1}}}}
---
{{kind: Pod, name: web-10-a, of: ReplicaSet/web-10, status: {LOOPS}}}
---
{{kind: Pod, name: web-9-a, of: ReplicaSet/web-9, status: {LOOPS}}}
"#
        ),
        expect![[r#"
            final: Pod web-10-a: container web ends again and again (5 restarts), last with exit code 1. [logs of web-10-a/web]
            Deployment web: 0 of 1 pod ready, 0 of 1 updated (CrashLoopBackOff: exit code 1)
        "#]],
    );
}

#[test]
fn a_quota_that_others_use_may_become_free() {
    check(
        r#"
{kind: Deployment, name: web, spec: {replicas: 1, template: {}}, status: {conditions: [{type: ReplicaFailure, status: "True", reason: FailedCreate, message: 'pods "web-1-x" is forbidden: exceeded quota: compute, requested: requests.cpu=2, used: requests.cpu=9, limited: requests.cpu=10'}]}}
---
{kind: ReplicaSet, name: web-1, of: Deployment/web, spec: {replicas: 1, template: {}}, status: {replicas: 0, conditions: [{type: ReplicaFailure, status: "True", reason: FailedCreate, message: 'pods "web-1-x" is forbidden: exceeded quota: compute, requested: requests.cpu=2, used: requests.cpu=9, limited: requests.cpu=10'}]}}
"#,
        expect![[r#"
            waits: ReplicaSet web-1: its pods do not fit into the quota compute (requested: requests.cpu=2, used: requests.cpu=9, limited: requests.cpu=10).
            Deployment web: 0 of 1 pod ready, 0 of 1 updated (quota compute exceeded)
        "#]],
    );
}

#[test]
fn a_quota_that_is_too_small() {
    check(
        r#"
{kind: StatefulSet, name: db, spec: {replicas: 1}, status: {replicas: 0}}
---
{kind: Event, on: StatefulSet/db, reason: FailedCreate, count: 14, message: 'create Pod db-0 in StatefulSet db failed error: pods "db-0" is forbidden: exceeded quota: memory, requested: limits.memory=4Gi, used: limits.memory=0, limited: limits.memory=2Gi'}
"#,
        expect![[r#"
            final: StatefulSet db: its pods do not fit into the quota memory (requested: limits.memory=4Gi, used: limits.memory=0, limited: limits.memory=2Gi).
            StatefulSet db: 0 of 1 pod ready (quota memory exceeded)
        "#]],
    );
}

#[test]
fn pods_that_admission_refuses() {
    let set = |message: &str, ago: u32| {
        format!(
            "{{kind: ReplicaSet, name: web-1, ago: {ago}, spec: {{replicas: 1}}, status: {{replicas: 0}}}}\n---\n{{kind: Event, on: ReplicaSet/web-1, \
             reason: FailedCreate, message: '{message}'}}"
        )
    };
    let forbidden = |why: &str| set(&format!("Error creating: pods \"web-1-\" is forbidden: {why}"), 9);
    check(
        &forbidden(
            "violates PodSecurity \"restricted:latest\": runAsNonRoot != true (pod or container \"web\" must set securityContext.runAsNonRoot=true)",
        ),
        expect![[r#"
            final: ReplicaSet web-1: its pods are refused: violates PodSecurity "restricted:latest": runAsNonRoot != true (pod or container "web" must set securityContext.runAsNonRoot=true).
            ReplicaSet web-1: 0 of 1 pod ready (pods are refused)
        "#]],
    );
    check(
        &forbidden("maximum memory usage per Container is 1Gi, but limit is 2Gi"),
        expect![[r#"
        final: ReplicaSet web-1: its pods are refused: maximum memory usage per Container is 1Gi, but limit is 2Gi.
        ReplicaSet web-1: 0 of 1 pod ready (pods are refused)
    "#]],
    );
    check(
        &forbidden("failed quota: compute: must specify limits.cpu for: web"),
        expect![[r#"
        final: ReplicaSet web-1: its pods must say what the quota counts: failed quota: compute: must specify limits.cpu for: web.
        ReplicaSet web-1: 0 of 1 pod ready (quota wants limits)
    "#]],
    );
    check(
        &set(
            "Error creating: admission webhook \"policy.example.com\" denied the request: no latest tags",
            9,
        ),
        expect![[r#"
            final: ReplicaSet web-1: its pods are refused: admission webhook "policy.example.com" denied the request: no latest tags.
            ReplicaSet web-1: 0 of 1 pod ready (pods are refused)
        "#]],
    );
    check(
        &set(
            "Error creating: Internal error occurred: failed calling webhook \"inject.example.com\": failed to call webhook: Post \"https://inject.mesh.svc:443/\": dial tcp 10.0.0.9:443: connect: connection refused",
            900,
        ),
        expect![[r#"
            waits: ReplicaSet web-1: a webhook that must be asked about its pods does not answer: Internal error occurred: failed calling webhook "inject.example.com": failed to call webhook: Post "https://inject.mesh.svc:443/": dial tcp 10.0.0.9:443: connect: connection refused.
            ReplicaSet web-1: 0 of 1 pod ready (webhook does not answer)
        "#]],
    );
    let account = "Error creating: pods \"web-1-\" is forbidden: error looking up service account shop/web: serviceaccount \"web\" not found";
    check(
        &set(account, 9),
        expect![[r#"
        waits: ReplicaSet web-1: its pods need ServiceAccount web, which is missing.
        ReplicaSet web-1: 0 of 1 pod ready (missing ServiceAccount web)
    "#]],
    );
    check(
        &set(account, 500),
        expect![[r#"
        final: ReplicaSet web-1: its pods need ServiceAccount web, which is missing.
        ReplicaSet web-1: 0 of 1 pod ready (missing ServiceAccount web)
    "#]],
    );
}

#[test]
fn refusals_that_were_overcome_are_forgotten() {
    check(
        r#"
{kind: ReplicaSet, name: web-1, spec: {replicas: 1}, status: {replicas: 1}}
---
{kind: Event, on: ReplicaSet/web-1, reason: FailedCreate, message: 'Error creating: pods "web-1-" is forbidden: no'}
"#,
        expect![[r#"
            ReplicaSet web-1: 0 of 1 pod ready
        "#]],
    );
}

#[test]
fn a_deadline_says_nothing_of_why_and_comes_last() {
    check(
        r#"
{kind: Deployment, name: web, spec: {replicas: 1, progressDeadlineSeconds: 60, template: {}}, status: {replicas: 1, updatedReplicas: 1, conditions: [{type: Progressing, status: "False", reason: ProgressDeadlineExceeded}]}}
---
{kind: ReplicaSet, name: web-1, of: Deployment/web, spec: {replicas: 1, template: {}}, status: {replicas: 1}}
---
{kind: Pod, name: web-1-a, of: ReplicaSet/web-1, status: {phase: Running, containerStatuses: [{name: web, ready: false, state: {running: {}}}]}}
---
{kind: Event, on: Pod/web-1-a, reason: Unhealthy, message: "Readiness probe failed: dial tcp 10.0.0.7:80: connect: connection refused"}
"#,
        expect![[r#"
            waits: Pod web-1-a: the readiness probe of container web fails: dial tcp 10.0.0.7:80: connect: connection refused. [logs of web-1-a/web]
            final: Deployment web: it has made no progress for 60 seconds, its progress deadline.
            Deployment web: 0 of 1 pod ready (readiness probe fails)
        "#]],
    );
}

#[test]
fn jobs() {
    check(
        r#"
{kind: Job, name: migrate, spec: {backoffLimit: 1}, status: {failed: 2, conditions: [{type: Failed, status: "True", reason: BackoffLimitExceeded, message: Job has reached the specified backoff limit}]}}
---
{kind: Pod, name: migrate-a, of: Job/migrate, status: {phase: Failed, containerStatuses: [{name: m, state: {terminated: {exitCode: 1}}}]}}
---
{kind: Pod, name: migrate-b, of: Job/migrate, status: {phase: Failed, containerStatuses: [{name: m, state: {terminated: {exitCode: 1}}}]}}
"#,
        expect![[r#"
            final: Job migrate: it has failed, 2 of its pods failed, and it may retry once.
            waits: Pod migrate-a and 1 more: container m has failed with exit code 1. [logs of migrate-a/m]
            Job migrate: 0 of 1 pod completed (BackoffLimitExceeded)
        "#]],
    );
    check(
        r"
{kind: Job, name: migrate, spec: {backoffLimit: 6}, status: {failed: 1, active: 1}}
---
{kind: Pod, name: migrate-a, of: Job/migrate, status: {phase: Failed, containerStatuses: [{name: m, state: {terminated: {exitCode: 1}}}]}}
",
        expect![[r#"
            waits: Pod migrate-a: container m has failed with exit code 1. [logs of migrate-a/m]
            waits: Job migrate: 1 of its pods failed, and it may retry 6 times.
            Job migrate: 0 of 1 pod completed (Failed: exit code 1)
        "#]],
    );
    check(
        r#"{kind: Job, name: migrate, spec: {activeDeadlineSeconds: 30}, status: {failed: 1, conditions: [{type: Failed, status: "True", reason: DeadlineExceeded, message: Job was active longer than specified deadline}]}}"#,
        expect![[r#"
            final: Job migrate: it has failed, it did not come to an end within 30 seconds.
            Job migrate: 0 of 1 pod completed (DeadlineExceeded)
        "#]],
    );
}

#[test]
fn claims() {
    let claim = |ago: u32, reason: &str, message: &str| {
        format!(
            "{{kind: PersistentVolumeClaim, name: data, ago: {ago}, status: {{phase: Pending}}}}\n---\n{{kind: Event, on: \
             PersistentVolumeClaim/data, reason: {reason}, message: '{message}'}}"
        )
    };
    let no_class = "storageclass.storage.k8s.io \"fast\" not found";
    check(
        &claim(5, "ProvisioningFailed", no_class),
        expect![[r#"
        waits: PersistentVolumeClaim data: there is no storage class fast.
        PersistentVolumeClaim data: pending (no storage class fast)
    "#]],
    );
    check(
        &claim(50, "ProvisioningFailed", no_class),
        expect![[r#"
        final: PersistentVolumeClaim data: there is no storage class fast.
        PersistentVolumeClaim data: pending (no storage class fast)
    "#]],
    );
    let none = "no persistent volumes available for this claim and no storage class is set";
    check(
        &claim(50, "FailedBinding", none),
        expect![[r#"
        final: PersistentVolumeClaim data: no volume fits, and neither it nor the cluster names a storage class.
        PersistentVolumeClaim data: pending (no storage class)
    "#]],
    );
    check(
        &claim(50, "WaitForFirstConsumer", "waiting for first consumer to be created before binding"),
        expect![[r#"
            waits: PersistentVolumeClaim data: it gets a volume only when a pod uses it.
            PersistentVolumeClaim data: pending (waits for a pod)
        "#]],
    );
    check(
        &claim(50, "ProvisioningFailed", "failed to provision volume: disk quota exceeded"),
        expect![[r#"
            waits: PersistentVolumeClaim data: it has no volume: failed to provision volume: disk quota exceeded.
            PersistentVolumeClaim data: pending (ProvisioningFailed)
        "#]],
    );
}

#[test]
fn a_claim_of_a_pod_that_waits_for_it() {
    check(
        r#"
{kind: StatefulSet, name: db, spec: {replicas: 1}, status: {replicas: 1}}
---
{kind: Pod, name: db-0, of: StatefulSet/db, spec: {volumes: [{name: d, persistentVolumeClaim: {claimName: data-db-0}}]}, status: {phase: Pending, conditions: [{type: PodScheduled, status: "False", reason: Unschedulable, message: "0/1 nodes are available: pod has unbound immediate PersistentVolumeClaims."}]}}
---
{kind: PersistentVolumeClaim, name: data-db-0, ago: 60, status: {phase: Pending}}
---
{kind: PersistentVolumeClaim, name: of-somebody, ago: 60, status: {phase: Pending}}
---
{kind: Event, on: PersistentVolumeClaim/data-db-0, reason: FailedBinding, message: "no persistent volumes available for this claim and no storage class is set"}
"#,
        expect![[r#"
            final: PersistentVolumeClaim data-db-0: no volume fits, and neither it nor the cluster names a storage class.
            waits: Pod db-0: no node takes it: 0/1 nodes are available: pod has unbound immediate PersistentVolumeClaims.
            StatefulSet db: 0 of 1 pod ready (no storage class)
        "#]],
    );
}

#[test]
fn a_load_balancer() {
    check(
        r"{kind: Service, name: web, spec: {type: LoadBalancer, clusterIP: 10.0.0.1}, status: {loadBalancer: {}}}",
        expect![[r#"
            waits: Service web: no load balancer has given it an address; the cluster may have none.
            Service web: ready
        "#]],
    );
    check(
        r"{kind: Service, name: web, spec: {type: LoadBalancer, clusterIP: 10.0.0.1}, status: {loadBalancer: {ingress: [{ip: 192.0.2.1}]}}}",
        expect![[r#"
            Service web: ready
        "#]],
    );
}

#[test]
fn events_of_the_new_kind() {
    check(
        r#"
{kind: Pod, name: a, status: {phase: Pending, containerStatuses: [{name: web, state: {waiting: {reason: ContainerCreating}}}]}}
---
{kind: Event, regarding: {kind: Pod, name: a, namespace: shop}, reason: FailedMount, note: "MountVolume.SetUp failed for volume \"v\" : rpc error: timed out", series: {count: 3, lastObservedTime: "2026-11-23T09:59:59.000000Z"}}
"#,
        expect![[r#"
            waits: Pod a: a volume cannot be mounted: MountVolume.SetUp failed for volume "v" : rpc error: timed out.
            Pod a: 0 of 1 container ready (FailedMount)
        "#]],
    );
}
