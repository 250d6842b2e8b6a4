// Drives real Neovims with the plugin: `node tests/editors/neovim.mjs`.
//
// The one of the PATH, the newer ones of the cache, and each that CHARTROOM_NVIM names take the same steps.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import test, { after } from 'node:test';
import { chartroom, nvim } from './support/places.mjs';
import { closePictures, startNeovim } from './support/neovim.mjs';
import { neovims } from './support/newer.mjs';
import { copyOfChart, missing, scratch, until } from './support/scratch.mjs';
import { stepsOf } from './support/steps.mjs';

const skip = missing({ nvim: nvim() });
const found = skip ? [] : neovims();
after(closePictures);
if (skip) test('Neovim', { skip }, () => {});

for (const [index, program] of found.entries()) {
  // The pictures of the first one, which is there everywhere, have plain names.
  const name = index === 0 ? '' : `${program.version}-`;
  test(`Neovim ${program.version}`, (t) => drive(t, program, name));
}

async function drive(t, program, name) {
  const folder = scratch('workspace');
  const chart = copyOfChart(folder);
  fs.mkdirSync(path.join(folder, 'pipelines/templates'), { recursive: true });
  fs.writeFileSync(path.join(folder, 'pipelines/templates/steps.yaml'), 'steps: []\n');
  const vi = await startNeovim({ program, server: chartroom(), folder: chart, name });
  t.after(() => vi.close());
  const lua = (code, ...values) => vi.nvim.lua(code, values);
  const filetype = async (file) => {
    await vi.nvim.command(`edit ${file}`);
    return vi.nvim.eval('&filetype');
  };
  const attached = () => lua(`return #require('chartroom.compat').clients(vim.api.nvim_get_current_buf())`);
  const step = stepsOf(t, () => vi.shot('failed'));

  await step('files of charts are found, and others left alone', async () => {
    assert.equal(await filetype('templates/_helpers.tpl'), 'helm');
    assert.equal(await filetype('templates/NOTES.txt'), 'helm');
    assert.equal(await filetype('values.yaml'), 'yaml');
    assert.equal(await filetype(`${folder}/helmfile.yaml`), 'helmfile');
    assert.equal(await filetype(`${folder}/pipelines/templates/steps.yaml`), 'yaml');
    assert.equal(await attached(), 0);
    assert.equal(await filetype('templates/deployment.yaml'), 'helm');
    await until('the server', async () => (await attached()) === 1);
    await until('the target', async () => (await lua(`return require('chartroom').status()`)) === 'default');
    await vi.nvim.command('edit values.yaml');
    await until('the server', async () => (await attached()) === 1);
    await vi.nvim.command('buffer deployment.yaml');
  });

  await step('completion after .Values.image.', async () => {
    await vi.type('Go{{ .Values.image.');
    await vi.type('<C-x><C-o>');
    for (const word of ['pullPolicy', 'repository', 'tag']) await vi.see(new RegExp(`^ .*~?\\s${word}\\b`));
    await vi.shot('completion');
    await vi.type('ta');
    await vi.gone(/\spullPolicy +\w/);
    await vi.type('<C-y><Esc>');
    await until('the accepted word', async () => (await vi.nvim.line).trim() === '{{ .Values.image.tag');
    await vi.nvim.command('edit!');
  });

  await step('the preview opens beside and cannot be edited', async () => {
    await vi.type('gg/image:<CR>');
    await vi.type(':Chartroom preview<CR>');
    await vi.see(/│ .*image: "?\S+\/my-app:latest/);
    await vi.see(/deployment\.yaml {2}\[default\]/);
    await vi.shot('preview');
    await vi.type('<C-w>l');
    assert.equal(await vi.nvim.eval('&filetype'), 'yaml');
    assert.equal(await vi.nvim.eval('&modifiable'), 0);
    await vi.type('<C-w>h');
  });

  await step('typing in an unsaved values.yaml changes the preview', async () => {
    await vi.type(':edit values.yaml<CR>');
    await vi.type('/tag:<CR>Cta');
    await vi.type('g: next');
    await vi.see(/│ .*image: "?\S+\/my-app:next"?/);
    await vi.type('-1');
    await vi.see(/│ .*image: "?\S+\/my-app:next-1"?/);
    await vi.shot('values');
    await vi.type('<Esc>');
    assert.equal(await vi.nvim.eval('&modified'), 1);
    assert.match(fs.readFileSync(path.join(chart, 'values.yaml'), 'utf8'), /tag: latest/);
  });

  await step('what cannot be rendered leaves the last good text and says why', async () => {
    await vi.nvim.command('set hidden | edit templates/deployment.yaml');
    await vi.type('Go{{ nope 1 }}');
    await vi.see(/stale: .*nope/);
    await vi.see(/│ .*image: "?\S+\/my-app:next-1"?/);
    await until('the status', async () => (await lua(`return require('chartroom').status()`)) === 'default: preview stale');
    await vi.shot('stale');
    await vi.type('<Esc>u');
    await vi.gone(/stale:/);
  });

  await step('a line of the preview leads to what wrote it', async () => {
    await vi.type('<C-w>l');
    await vi.type('gg/imagePullPolicy<CR><CR>');
    await until('the template', async () => /imagePullPolicy: \{\{/.test(await vi.nvim.line));
    assert.equal(await vi.nvim.eval('&filetype'), 'helm');
  });

  await step('another target is set by name, and names are completed', async () => {
    assert.deepEqual(await vi.nvim.call('getcompletion', ['Chartroom ', 'cmdline']), [
      ...['applyall', 'cancel', 'check', 'cluster', 'context', 'deploy', 'diff', 'diffall', 'fetch', 'history', 'info'],
      ...['live', 'log', 'nocluster', 'preview', 'releases', 'restart', 'rollback', 'targets', 'uninstall'],
    ]);
    assert.deepEqual(await vi.nvim.call('getcompletion', ['Chartroom targets d', 'cmdline']), ['default', 'dev']);
    await vi.type(':Chartroom targets dev<CR>');
    await vi.see(/deployment\.yaml {2}\[dev\]/);
    await until('the status', async () => (await lua(`return require('chartroom').status()`)) === 'dev');
    await vi.shot('target-dev');
  });

  await step('preview and target outlive the server', async () => {
    const before = await lua(`return require('chartroom.compat').clients()[1].id`);
    await vi.type(':Chartroom restart<CR>');
    await until('another server', async () => {
      const [client, initialized] = await lua(`
        local client = require('chartroom.compat').clients()[1]
        return client and { client.id, client.initialized } or {}`);
      return client !== undefined && client !== before && initialized;
    });
    await vi.see(/deployment\.yaml {2}\[dev\]/);
    await vi.type(':edit values.yaml<CR>/tag:<CR>A2<Esc>');
    await vi.see(/│ .*image: "?\S+\/my-app:next-12"?/);
  });

  await step('the preview goes away with its window', async () => {
    await vi.nvim.command('wincmd l | close');
    await until('one window', async () => (await vi.nvim.windows).length === 1);
    const left = await lua(`return vim.tbl_filter(function(bufnr)
      return vim.api.nvim_buf_get_name(bufnr):find('chartroom-preview', 1, true) ~= nil end, vim.api.nvim_list_bufs())`);
    assert.deepEqual(left, []);
  });

  await step('help and health', async () => {
    await vi.nvim.command('helptags ALL').catch(() => {});
    await vi.nvim.command('checkhealth chartroom');
    await vi.see(/The server runs for/);
    const health = (await vi.nvim.call('getline', [1, '$'])).join('\n');
    assert.match(health, new RegExp(`Neovim ${program.version}`));
    assert.doesNotMatch(health, /ERROR|WARN/);
    await vi.shot('health');
    if ((await vi.nvim.eval('has("nvim-0.11")')) === 1) {
      await vi.nvim.command('checkhealth vim.deprecated');
      await vi.see(/No deprecated functions detected/);
    }
    await vi.nvim.command('help :Chartroom');
    await vi.see(/:Chartroom preview \[template\|chart\]/);
    const messages = await vi.nvim.call('execute', ['messages']);
    assert.doesNotMatch(messages, /E\d+:|stack traceback/);
  });
}
