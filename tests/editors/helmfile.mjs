// Drives a real VS Code through a helmfile: preview, versions out of a repository, diff and apply from lenses.
//
// `cargo xtask test cluster` starts this with a cluster (CHARTROOM_KUBECONFIG, CHARTROOM_NAMESPACE, CHARTROOM_WORKSPACE, as
// `releases.mjs`). Without one, everything but diff and apply is done.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import path from 'node:path';
import test from 'node:test';
import { startRepository, writeHelmfile } from './support/helmfile.mjs';
import { EXTENSION, chartroom, chromium, codeServer, node24 } from './support/places.mjs';
import { missing, scratch, until } from './support/scratch.mjs';
import { stepsOf } from './support/steps.mjs';
import { startVsCode } from './support/vscode.mjs';

const skip = missing({ 'chromium': chromium(), 'Node 24': node24(), 'code-server': codeServer() });
const { CHARTROOM_KUBECONFIG: kubeconfig, CHARTROOM_NAMESPACE: namespace } = process.env;
const folder = process.env.CHARTROOM_WORKSPACE ?? scratch('helmfile');
const vsix = path.join(scratch('vsix'), 'chartroom.vsix');
const NAME = 'helmfile.yaml.gotmpl';
let code;

const keep = async (title, error) => {
  await code?.shot(`helmfile-failed-${title.replaceAll(/\W+/g, '-')}`).catch(() => {});
  return new Error(`${error.message}\n${code?.log() ?? ''}`, { cause: error });
};
const lenses = () => code.group(0).locator('.codelens-decoration a');
const lens = async (title) => {
  const found = lenses().filter({ hasText: new RegExp(`^${title}$`) }).first();
  await found.waitFor();
  await found.click();
};
const preview = (pattern) =>
  until(`${pattern} in the preview`, async () => (await code.lines(1)).find((line) => pattern.test(line)));
const toast = (text) => code.page.locator('.notification-toast').filter({ hasText: text });
const press = async (text, button) => {
  await toast(text).waitFor();
  await toast(text).locator('.monaco-button').filter({ hasText: new RegExp(`^${button}$`) }).first().click();
};
/** Waits until something was said. What is said goes away by itself after a while, and can be looked up. */
const told = async (text) => {
  const seen = code.page.locator('.notification-list-item').filter({ hasText: text }).first();
  const isSeen = await seen.waitFor({ timeout: 10_000 }).then(() => true, () => false);
  if (!isSeen) await code.retry(() => code.command('Notifications: Show Notifications'), seen);
};
const clear = () => code.command('Notifications: Clear All Notifications');

test('Helmfiles in VS Code', { skip }, async (t) => {
  const step = stepsOf(t, keep);
  await step('a helmfile says what can be done, and the status bar names the environment', async () => {
    writeHelmfile(folder, await startRepository(), namespace);
    const run = ['run', '--silent', 'package', '--', '--server', chartroom(), '--out', vsix];
    execFileSync('npm', run, { cwd: EXTENSION, stdio: 'pipe' });
    const settings = { 'chartroom.deploy.timeout': 60, ...(kubeconfig ? { 'chartroom.kube.config': kubeconfig } : {}) };
    code = await startVsCode({ vsix, folder, settings });
    t.after(() => code.close());
    await code.open(NAME);
    for (const title of ['Diff all dev', 'Apply all prod', 'Preview', 'Diff dev', 'Apply prod']) {
      await lenses().filter({ hasText: title }).first().waitFor({ timeout: 60_000 });
    }
    await code.status(/^\s*dev$/).waitFor();
    await code.shot('helmfile-lenses');
  });

  await step('a version is completed out of the repository, and a newer one hinted', async () => {
    await code.go('22:19');
    await code.page.keyboard.press('Shift+Home');
    await code.page.keyboard.type('version: ');
    const row = code.page.locator('.suggest-widget.visible .monaco-list-row').filter({ hasText: '1.2.0' });
    await code.retry(() => code.page.keyboard.press('Control+Space'), row);
    await code.shot('helmfile-version');
    const labels = (await code.suggestions()).map((text) => text.split('\n')[0].trim().split(/\s/)[0]);
    assert.deepEqual(labels, ['1.2.0', '1.0.0']);
    await code.page.keyboard.press('Escape');
    await code.command('File: Revert File');
  });

  await step('Preview shows the chart with the values of the release', async () => {
    await lens('Preview');
    await preview(/instance: devops-network$/);
    // The container stands further down than what is seen at first.
    await code.focus(1);
    await code.go('60');
    await preview(/image: .*:dev-1"?$/);
    await code.shot('helmfile-preview');
  });

  await step('the preview follows what is typed in the helmfile', async () => {
    await code.open(NAME);
    await code.go('18:44');
    await code.page.keyboard.press('Shift+Home');
    await code.page.keyboard.type('value: typed');
    await preview(/image: .*:typed"?$/);
    await code.command('File: Revert File');
    await preview(/image: .*:dev-1"?$/);
  });

  await step('a key that is none is told, and changed by its quick fix', async () => {
    await code.go('12:5');
    await code.page.keyboard.press('Shift+End');
    await code.page.keyboard.type('namepsace: shop');
    await code.page.locator('.squiggly-error').first().waitFor();
    await code.page.keyboard.press('Home');
    const fix = code.page.locator('.action-widget .monaco-list-row').filter({ hasText: 'Change to namespace' });
    await code.retry(() => code.page.keyboard.press('Control+.'), fix);
    await code.shot('helmfile-fix');
    await code.page.keyboard.press('Enter');
    await until('the key', async () => (await code.lines(0)).some((line) => /^ {4}namespace: shop/.test(line)));
    await code.command('File: Revert File');
  });

  if (!kubeconfig) return;
  const place = `kind-rig / ${namespace}`;

  await step('Diff shows the plan of a release', async () => {
    await code.open(NAME);
    await lens('Diff dev');
    await code.page.locator('.tab.active').filter({ hasText: 'Deploy revision 1 of devops-network' }).waitFor();
    await code.shot('helmfile-diff');
  });

  await step('Apply asks, and deploys with the values of the environment', async () => {
    await code.open(NAME);
    await lens('Apply dev');
    await press(`Deploy revision 1 of devops-network to ${place}`, 'Deploy');
    await told('revision 1, Install complete');
    await code.shot('helmfile-applied');
    await clear();
  });

  await step('Apply all shows one plan, asks once, and leaves alone what is as it should be', async () => {
    await code.open(NAME);
    await lens('Apply all dev');
    await told('Nothing changes');
    await clear();
    await code.open(NAME);
    await code.go('18:44');
    await code.page.keyboard.press('Shift+Home');
    await code.page.keyboard.type('value: dev-2');
    await lens('Apply all dev');
    await toast('Apply 1 of 1 releases of dev to kind-rig').waitFor({ timeout: 60_000 });
    await code.shot('helmfile-apply-all');
    await press('Apply 1 of 1 releases of dev to kind-rig', 'Apply');
    await told('devops-network: revision 2');
    await code.shot('helmfile-applied-all');
  });

  await step('nobody outside of this machine was asked', async () => {
    assert.deepEqual([...code.strangers], []);
  });
});
