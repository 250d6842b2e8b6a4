// Drives real Neovims through a helmfile, as `helmfile.mjs` does VS Code. Each Neovim has a release of its own.
import assert from 'node:assert/strict';
import path from 'node:path';
import test, { after } from 'node:test';
import { startRepository, writeHelmfile } from './support/helmfile.mjs';
import { closePictures, startNeovim } from './support/neovim.mjs';
import { neovims } from './support/newer.mjs';
import { chartroom, nvim } from './support/places.mjs';
import { missing, scratch, until } from './support/scratch.mjs';
import { stepsOf } from './support/steps.mjs';

const skip = missing({ nvim: nvim() });
const { CHARTROOM_KUBECONFIG: kubeconfig, CHARTROOM_NAMESPACE: namespace } = process.env;
const folder = process.env.CHARTROOM_WORKSPACE ?? scratch('helmfile');
after(closePictures);
if (skip) test('Helmfiles in Neovim', { skip }, () => {});
for (const program of skip ? [] : neovims()) test(`Helmfiles in Neovim ${program.version}`, (t) => drive(t, program));

async function drive(t, program) {
  const release = `v${program.version.replaceAll('.', '-')}`;
  writeHelmfile(folder, await startRepository(), namespace, release);
  const settings = { deploy: { timeout: 60 }, ...(kubeconfig ? { kube: { config: kubeconfig } } : {}) };
  const name = `helmfile-${program.version}-`;
  const vi = await startNeovim({ program, server: chartroom(), folder, name, settings });
  t.after(() => vi.close());
  const step = stepsOf(t, () => vi.shot('failed'));
  const edit = async () => {
    await vi.nvim.command('silent! tabonly | silent! only | edit! helmfile.yaml.gotmpl');
    // A file that is read again is let go by the server and taken again, in newer versions a moment later.
    const isOurs = `return require('chartroom.compat').client(vim.api.nvim_get_current_buf()) ~= nil`;
    await until('the server', () => vi.nvim.lua(isOurs, []));
  };
  const agree = async (question, letter) => {
    await vi.see(question, 30_000);
    await vi.type(letter);
  };

  await step('the server looks after a helmfile', async () => {
    await vi.nvim.command('set hidden | edit helmfile.yaml.gotmpl');
    assert.equal(await vi.nvim.eval('&filetype'), 'helmfile');
    await until('the target', async () => (await vi.nvim.lua(`return require('chartroom').status()`, [])) === 'dev');
  });

  await step('a version is completed out of the repository', async () => {
    await vi.type('/version:<CR>Cversion: ');
    await vi.type('<C-x><C-o>');
    await vi.see(/ 1\.2\.0 +\w/, 30_000);
    await vi.see(/ 1\.0\.0 +\w/);
    await vi.shot('version');
    await vi.type('<C-e><Esc>');
    await vi.nvim.command('edit!');
  });

  await step('the preview of a release shows the chart with its values', async () => {
    await vi.type(`gg/name: ${release}<CR>`);
    await vi.type(':Chartroom preview<CR>');
    await vi.see(new RegExp(`\\[dev: ${release}\\]`), 30_000);
    await vi.type('<C-w>lgg/image: <CR>');
    await vi.see(/│ .*image: "?\S+:dev-1"?/);
    await vi.shot('preview');
    await vi.type('<C-w>h');
  });

  await step('another environment is picked by its name', async () => {
    await edit();
    await vi.type(':Chartroom targets prod<CR>');
    await until('the target', async () => (await vi.nvim.lua(`return require('chartroom').status()`, [])) === 'prod');
    await vi.type(':Chartroom targets dev<CR>');
    await until('the target', async () => (await vi.nvim.lua(`return require('chartroom').status()`, [])) === 'dev');
  });

  if (!kubeconfig) return;

  await step('diff and deploy are about the release with the cursor', async () => {
    await edit();
    await vi.type(`gg/name: ${release}<CR>`);
    await vi.type(':Chartroom diff<CR>');
    await vi.see(new RegExp(`Deploy revision 1 of ${release} to kind-rig / ${namespace}: 4 added`), 30_000);
    await vi.shot('diff');
    await edit();
    await vi.type(`gg/name: ${release}<CR>`);
    await vi.type(':Chartroom deploy<CR>');
    await agree(/[[(]D[\])]eploy/, 'D');
    await until('the deployment', async () => /revision 1, Install complete/.test(await vi.nvim.call('execute', ['messages'])), 90_000);
  });

  await step('applyall asks once about all', async () => {
    await edit();
    await vi.type('gg/value:<CR>Cvalue: dev-2<Esc>');
    await vi.type(':Chartroom applyall<CR>');
    await vi.see(/Apply 1 of 1 releases of dev to kind-rig/, 30_000);
    await vi.shot('apply-all');
    await agree(/[[(]A[\])]pply/, 'A');
    await until('the end', async () => new RegExp(`${release}: revision 2`).test(await vi.nvim.call('execute', ['messages'])), 90_000);
    await vi.shot('applied-all');
  });
}
