// Drives a real VS Code through a helmfile: lenses, versions out of a repository, the preview of a release.
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
const folder = scratch('helmfile');
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

test('Helmfiles in VS Code', { skip }, async (t) => {
  const step = stepsOf(t, keep);
  await step('a helmfile says what can be done, and the status bar names the environment', async () => {
    writeHelmfile(folder, await startRepository());
    const run = ['run', '--silent', 'package', '--', '--server', chartroom(), '--out', vsix];
    execFileSync('npm', run, { cwd: EXTENSION, stdio: 'pipe' });
    code = await startVsCode({ vsix, folder });
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

  await step('nobody outside of this machine was asked', async () => {
    assert.deepEqual([...code.strangers], []);
  });
});
