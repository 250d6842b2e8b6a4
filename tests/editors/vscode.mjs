// Drives a real VS Code with the packed extension: `node tests/editors/vscode.mjs`.
//
// One window lives through all steps, as it does for a person. What is asserted is what can be seen, or what lies on
// the disk; the screenshots are kept.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import test from 'node:test';
import { EXTENSION, chartroom, chromium, codeServer, node24 } from './support/places.mjs';
import { copyOfChart, missing, scratch, until } from './support/scratch.mjs';
import { stepsOf } from './support/steps.mjs';
import { startVsCode } from './support/vscode.mjs';

const skip = missing({ 'chromium': chromium(), 'Node 24': node24(), 'code-server': codeServer() });
const folder = scratch('workspace');
const chart = copyOfChart(folder);
fs.mkdirSync(path.join(folder, 'pipelines/templates'), { recursive: true });
fs.writeFileSync(path.join(folder, 'pipelines/templates/steps.yaml'), 'steps: []\n');

const vsix = path.join(scratch('vsix'), 'chartroom.vsix');
let code;

/** What is kept of a step that failed: a picture, and what the extension wrote to its log. */
const keep = async (title, error) => {
  await code?.shot(`failed-${title.replaceAll(/\W+/g, '-')}`).catch(() => {});
  return new Error(`${error.message}\n${code?.log() ?? ''}`, { cause: error });
};

/** Waits until the preview, which is in the second column, shows a line. */
const preview = (pattern) =>
  until(`${pattern} in the preview`, async () => (await code.lines(1)).find((line) => pattern.test(line)));
const source = (file) => fs.readFileSync(path.join(chart, file), 'utf8');
const lineOf = (file, text) => source(file).split('\n').findIndex((line) => line.includes(text)) + 1;

test('VS Code', { skip }, async (t) => {
  const step = stepsOf(t, keep);
  await step('the extension packs and installs with the server in it', async () => {
    const run = ['run', '--silent', 'package', '--', '--server', chartroom(), '--out', vsix];
    execFileSync('npm', run, { cwd: EXTENSION, stdio: 'pipe' });
    code = await startVsCode({ vsix, folder });
    t.after(() => code.close());
  });

  await step('a template is Helm, and the status bar names the target', async () => {
    await code.open('deployment.yaml');
    await until('language', async () => (await code.language()) === 'Helm');
    await code.status(/^\s*default$/).waitFor({ timeout: 60_000 });
  });

  await step('a folder named templates outside of a chart stays YAML', async () => {
    await code.open('steps.yaml');
    await until('language', async () => (await code.language()) === 'YAML');
    await code.command('View: Close Editor');
  });

  await step('completion after .Values.image.', async () => {
    await code.open('deployment.yaml');
    await code.page.keyboard.press('Control+End');
    await code.page.keyboard.type('\nextra: {{ .Values.image', { delay: 60 });
    await code.page.keyboard.type('.');
    const row = code.page.locator('.suggest-widget.visible .monaco-list-row').filter({ hasText: 'repository' });
    await row.waitFor({ timeout: 5000 }).catch(() => code.retry(() => code.page.keyboard.press('Control+Space'), row));
    await code.shot('completion');
    const labels = (await code.suggestions()).map((text) => text.split('\n')[0].trim().split(/\s/)[0]);
    assert.deepEqual(labels.sort(), ['pullPolicy', 'repository', 'tag']);
    await code.page.keyboard.type('ta');
    await code.page.locator('.suggest-widget.visible .monaco-list-row.focused').filter({ hasText: 'tag' }).waitFor();
    await code.page.keyboard.press('Enter');
    await until('the accepted completion', async () =>
      (await code.lines(0)).some((line) => line.includes('extra: {{ .Values.image.tag}}')),
    );
    await code.command('File: Revert File');
    await until('the reverted file', async () => !(await code.lines(0)).some((line) => line.includes('extra:')));
  });

  await step('the preview opens beside, as YAML that cannot be edited', async () => {
    await code.group(0).locator('[aria-label^="Preview Template Beside"]').click();
    await preview(/^ +replicas: 1$/);
    await code.focus(1);
    assert.equal(await code.language(), 'YAML');
    await code.page.keyboard.type('x');
    await code.page.locator('.monaco-editor-overlaymessage').filter({ hasText: /read-only/ }).waitFor();
    await code.page.keyboard.press('Escape');
    await code.focus(0);
    await code.shot('preview');
  });

  await step('typing in an unsaved values.yaml changes the preview', async () => {
    await code.open('values.yaml');
    await code.go('1');
    await code.page.keyboard.press('End');
    await code.page.keyboard.press('Backspace');
    await code.page.keyboard.type('7');
    await preview(/^ +replicas: 7$/);
    await code.page.keyboard.type('3');
    await preview(/^ +replicas: 73$/);
    await code.shot('unsaved-values');
    assert.match(source('values.yaml'), /^replicaCount: 1$/m);
    await code.tab('values.yaml').and(code.page.locator('.dirty')).first().waitFor();
  });

  await step('what cannot be rendered leaves the last good text and says where', async () => {
    await code.open('deployment.yaml');
    await code.page.keyboard.press('Control+End');
    await code.page.keyboard.type('\n{{ nope 1 ');
    await code.status('default: preview stale').waitFor();
    // The preview follows the cursor.
    await preview(/^ +memory: 256Mi$/);
    await code.shot('stale');
    await code.go(lineOf('templates/deployment.yaml', 'replicas:'));
    await preview(/^ +replicas: 73$/);
    await code.status('default: preview stale').click();
    const last = source('templates/deployment.yaml').split('\n').length;
    await until('the error', async () => (await code.place()).startsWith(`Ln ${last + 1}`));
    await code.command('File: Revert File');
    await code.status('preview stale').waitFor({ state: 'detached' });
  });

  await step('another target is picked in the status bar', async () => {
    await code.status(/^\s*default$/).click();
    await code.page.locator('.quick-input-list .monaco-list-row').filter({ hasText: 'dev.values.yaml' }).waitFor();
    await code.shot('targets');
    await code.pick('dev.values.yaml');
    await code.status(/^\s*dev$/).waitFor();
    await preview(/^ +serviceAccountName: devops-network-sa$/);
    await code.shot('target-dev');
  });

  await step('a line of the preview leads to what wrote it', async () => {
    await code.focus(1);
    await code.go(1);
    await preview(/^apiVersion:/);
    const line = (await code.lines(1)).findIndex((text) => /^ +replicas: 73$/.test(text)) + 1;
    assert.notEqual(line, 0);
    await code.go(line);
    await code.page.keyboard.press('F12');
    const wanted = lineOf('templates/deployment.yaml', 'replicas:');
    await until('the template', async () => (await code.place()).startsWith(`Ln ${wanted},`));
    assert.equal(await code.language(), 'Helm');
    await code.group(0).locator('.monaco-editor.focused').waitFor();
  });

  await step('a place of the template leads to the line that it wrote', async () => {
    await code.focus(1);
    await code.go(1);
    await preview(/^apiVersion:/);
    const wanted = (await code.lines(1)).findIndex((text) => /imagePullPolicy: IfNotPresent/.test(text)) + 1;
    await code.focus(0);
    await code.go(`${lineOf('templates/deployment.yaml', 'imagePullPolicy:')}:40`);
    await code.command('Chartroom: Show in Preview');
    await until('the line', async () => (await code.place()).startsWith(`Ln ${wanted},`));
    assert.equal(await code.language(), 'YAML');
  });

  await step('preview and target outlive the server', async () => {
    await code.command('Chartroom: Restart Server');
    await code.open('values.yaml');
    await code.go('1');
    await code.page.keyboard.press('End');
    await code.page.keyboard.type('4');
    await preview(/^ +replicas: 734$/);
    await code.status(/^\s*dev$/).waitFor();
    await code.page.keyboard.press('Backspace');
    await preview(/^ +replicas: 73$/);
  });

  await step('the whole chart is previewed from its values', async () => {
    await code.open('values.yaml');
    await code.command('Chartroom: Preview Chart Beside');
    await code.tab('devops-network.yaml').waitFor();
    await preview(/^# Source: devops-network\/templates\//);
    await code.shot('chart');
  });

  await step('settings reach the preview', async () => {
    fs.mkdirSync(path.join(folder, '.vscode'));
    fs.writeFileSync(path.join(folder, '.vscode/settings.json'), '{ "chartroom.release.name": "shop" }');
    await preview(/^ +name: shop-devops-network$/);
  });

  await step('nothing complained', async () => {
    const toasts = code.page.locator('.notification-toast .notification-list-item-message');
    assert.deepEqual(await toasts.allInnerTexts(), []);
    assert.deepEqual(code.log().split('\n').filter((line) => /\[error\]/.test(line)), []);
  });

  await step('nobody outside of this machine was asked', async () => {
    assert.deepEqual([...code.strangers], []);
  });
});
