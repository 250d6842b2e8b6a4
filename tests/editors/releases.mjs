// Drives a real VS Code through the life of a release: `cargo xtask test cluster` starts this with a cluster.
//
// What is there: CHARTROOM_WORKSPACE, a folder with the guide's chart in it; CHARTROOM_KUBECONFIG with the contexts `kind-rig`,
// which is current, and `staging`, which nothing says is on this machine; CHARTROOM_NAMESPACE, that of both.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import test from 'node:test';
import { EXTENSION, chartroom, chromium, codeServer, node24 } from './support/places.mjs';
import { missing, scratch, until } from './support/scratch.mjs';
import { stepsOf } from './support/steps.mjs';
import { startVsCode } from './support/vscode.mjs';

const skip = missing({ 'chromium': chromium(), 'Node 24': node24(), 'code-server': codeServer() });
const { CHARTROOM_WORKSPACE: folder, CHARTROOM_KUBECONFIG: kubeconfig, CHARTROOM_NAMESPACE: namespace } = process.env;
const chart = path.join(folder, 'devops-network');
const vsix = path.join(scratch('vsix'), 'chartroom.vsix');
let code;

/** What is kept of a step that failed: a picture, and what the extension wrote to its log. */
const keep = async (title, error) => {
  await code?.shot(`releases-failed-${title.replaceAll(/\W+/g, '-')}`).catch(() => {});
  return new Error(`${error.message}\n${code?.log() ?? ''}`, { cause: error });
};

const place = `kind-rig / ${namespace}`;
const toast = (text) => code.page.locator('.notification-toast').filter({ hasText: text });
/** Presses a button of a message. */
const press = async (text, button) => {
  await toast(text).waitFor();
  await toast(text).locator('.monaco-button').filter({ hasText: new RegExp(`^${button}$`) }).first().click();
};
/** Clicks a lens of the editor in the first column. */
const lens = async (title) => {
  const found = code.group(0).locator('.codelens-decoration a').filter({ hasText: title }).first();
  await found.waitFor();
  await found.click();
};
/** The lines that a plan shows, both sides of them. */
const planned = async () => {
  const all = await code.page.locator('.multiDiffEditor .view-line').allTextContents();
  return all.map((text) => text.replaceAll('\u00a0', ' '));
};
const showsPlan = (pattern) =>
  until(`${pattern} in the plan`, async () => (await planned()).find((line) => pattern.test(line)));
const title = (text) => code.page.locator('.tab.active').filter({ hasText: text }).waitFor();
/** Puts a word in the place of the tag in values.yaml, and does not save it. */
const setTag = async (tag) => {
  await code.open('values.yaml');
  const line = fs.readFileSync(path.join(chart, 'values.yaml'), 'utf8').split('\n').findIndex((it) => /^ +tag:/.test(it));
  await code.go(`${line + 1}:8`);
  await code.page.keyboard.press('Shift+End');
  await code.page.keyboard.type(tag);
};
const clear = () => code.command('Notifications: Clear All Notifications');

test('Releases in VS Code', { skip }, async (t) => {
  const step = stepsOf(t, keep);
  await step('the chart opens, and its files offer what can be done', async () => {
    const run = ['run', '--silent', 'package', '--', '--server', chartroom(), '--out', vsix];
    execFileSync('npm', run, { cwd: EXTENSION, stdio: 'pipe' });
    const settings = { 'chartroom.kube.config': kubeconfig, 'chartroom.deploy.timeout': 12 };
    code = await startVsCode({ vsix, folder, settings });
    t.after(() => code.close());
    await code.open('Chart.yaml');
    await code.group(0).locator('.codelens-decoration a').filter({ hasText: 'Deploy default' }).waitFor();
    await code.shot('releases-lenses');
  });

  await step('Diff shows every object in a diff editor', async () => {
    await lens('Diff default');
    await title('Deploy revision 1 of devops-network');
    await showsPlan(/^kind: Deployment$/);
    await code.shot('releases-diff-first');
  });

  await step('Deploy asks with the place and the counts, and deploys', async () => {
    await code.open('Chart.yaml');
    await lens('Deploy default');
    await toast(`Deploy revision 1 of devops-network to ${place}`).waitFor();
    await code.status('Deploy?').waitFor();
    await code.shot('releases-confirm');
    await press(`Deploy revision 1 of devops-network to ${place}`, 'Deploy');
    await toast('revision 1, Install complete').waitFor({ timeout: 60_000 });
    await code.shot('releases-deployed');
    await clear();
    await code.open('Chart.yaml');
    await code.group(0).locator('.codelens-decoration a').filter({ hasText: 'revision 1 deployed' }).waitFor();
  });

  await step('a change of a value is shown as what it does to the cluster', async () => {
    await setTag('1.0.1');
    await lens('Deploy default');
    await showsPlan(/image: .*:1\.0\.1/);
    await press('Deploy revision 2 of devops-network', 'Deploy');
    await code.shot('releases-progress');
    await toast('revision 2, Upgrade complete').waitFor({ timeout: 60_000 });
    await clear();
  });

  await step('a broken image fails and comes back by itself', async () => {
    await setTag('broken');
    await lens('Diff default');
    await showsPlan(/chartroom\.dev\/fate: never-ready/);
    await code.shot('releases-diff-broken');
    await code.open('values.yaml');
    await lens('Deploy default');
    await press('Deploy revision 3 of devops-network', 'Deploy');
    await toast(/\d of \d ready/).first().waitFor();
    await toast(/\d of \d ready/).locator('.monaco-button').filter({ hasText: 'Cancel' }).waitFor();
    await code.shot('releases-waiting');
    await toast('rolled back').first().waitFor({ timeout: 90_000 });
    await code.shot('releases-rolled-back-by-itself');
    await clear();
  });

  await step('a deployment that is stopped comes back as well', async () => {
    await code.open('values.yaml');
    await lens('Deploy default');
    await press('Deploy revision 5 of devops-network', 'Deploy');
    await press(/\d of \d ready/, 'Cancel');
    await toast('context canceled').waitFor({ timeout: 60_000 });
    await code.shot('releases-stopped');
    await clear();
  });

  await step('the tree shows the history, and what each revision changed', async () => {
    await code.page.locator('.pane-header').filter({ hasText: 'Helm Releases' }).click();
    await code.page.locator('.monaco-button').filter({ hasText: 'Show Releases' }).click();
    const row = code.page.locator('.tree-explorer-viewlet-tree-view .monaco-list-row');
    await row.filter({ hasText: 'devops-network' }).first().click();
    await row.filter({ hasText: 'Rollback to 2' }).waitFor();
    await row.filter({ hasText: 'failed' }).first().waitFor();
    await code.shot('releases-tree');
    await row.filter({ hasText: 'Upgrade complete' }).first().click();
    await title('devops-network from revision 1 to 2');
    await until('the change', async () => (await code.lines(0)).some((line) => /\+ .*1\.0\.1/.test(line)));
    await code.shot('releases-revisions');
  });

  await step('Roll Back says what it does not bring back, and goes back', async () => {
    await code.open('Chart.yaml');
    await lens('Roll Back');
    await code.page.locator('.quick-input-list .monaco-list-row').filter({ hasText: 'Install complete' }).waitFor();
    await code.shot('releases-pick-revision');
    await code.pick('Install complete');
    await toast('Databases').waitFor();
    await code.shot('releases-roll-back');
    await press('Databases', 'Roll Back');
    await toast('revision 7, Rollback to 1').waitFor({ timeout: 60_000 });
    await clear();
  });

  await step('a folder cannot switch the cluster', async () => {
    fs.mkdirSync(path.join(folder, '.vscode'), { recursive: true });
    const settings = { 'chartroom.kube.context': 'staging', 'chartroom.deploy.timeout': 5 };
    fs.writeFileSync(path.join(folder, '.vscode/settings.json'), JSON.stringify(settings));
    await code.open('Chart.yaml');
    await lens('Deploy default');
    await press(`to ${place}`, 'Cancel');
  });

  await step('a cluster elsewhere asks before anything is written', async () => {
    await code.command('Chartroom: Pick Cluster');
    await code.pick('staging');
    await code.open('Chart.yaml');
    await lens('Deploy default');
    await press(`to staging / ${namespace}`, 'Deploy');
    await toast('is not on this machine').waitFor();
    await code.shot('releases-elsewhere');
    await press('is not on this machine', 'Cancel');
  });

  await step('nobody outside of this machine was asked', async () => {
    assert.deepEqual([...code.strangers], []);
  });
});
