// Drives real Neovims through the life of a release: `cargo xtask test cluster` starts this with a cluster, as
// `releases.mjs`. Each Neovim has a release of its own, named like its version.
import assert from 'node:assert/strict';
import path from 'node:path';
import test, { after } from 'node:test';
import { closePictures, startNeovim } from './support/neovim.mjs';
import { neovims } from './support/newer.mjs';
import { chartroom, nvim } from './support/places.mjs';
import { missing, until } from './support/scratch.mjs';
import { stepsOf } from './support/steps.mjs';

const skip = missing({ nvim: nvim() });
const { CHARTROOM_WORKSPACE: folder, CHARTROOM_KUBECONFIG: kubeconfig, CHARTROOM_NAMESPACE: namespace } = process.env;
const chart = path.join(folder, 'devops-network');
after(closePictures);
if (skip) test('Releases in Neovim', { skip }, () => {});
for (const program of skip ? [] : neovims()) test(`Releases in Neovim ${program.version}`, (t) => drive(t, program));

async function drive(t, program) {
  const release = `v${program.version.replaceAll('.', '-')}`;
  const settings = {
    release: { name: release },
    kube: { config: kubeconfig },
    deploy: { timeout: 6 },
  };
  const name = `releases-${program.version}-`;
  const vi = await startNeovim({ program, server: chartroom(), folder: chart, name, settings });
  t.after(() => vi.close());
  const step = stepsOf(t, () => vi.shot('failed'));
  const place = `kind-rig / ${namespace}`;
  /** Gives the answer that begins with a letter, in whichever way this version asks. */
  const agree = async (question, letter) => {
    await vi.see(question, 20_000);
    await vi.type(letter);
  };
  const setTag = async (tag) => {
    await vi.nvim.command('tabonly | only | edit values.yaml');
    await vi.type(`gg/tag:<CR>Ctag: ${tag}<Esc>`);
  };
  /** Waits for a message; one of several lines wants a key before anything else goes on. */
  const message = (pattern) =>
    until(
      `${pattern} in the messages`,
      async () => {
        const { blocking } = await vi.nvim.request('nvim_get_mode', []);
        if (blocking) {
          await vi.nvim.input('<CR>');
          return false;
        }
        const late = new Promise((done) => setTimeout(done, 500, ''));
        return pattern.test(await Promise.race([vi.nvim.call('execute', ['messages']), late]));
      },
      60_000,
    );

  await step('diff opens a plan of every object', async () => {
    await vi.nvim.command('set hidden | edit Chart.yaml');
    await until('the server', async () =>
      (await vi.nvim.lua(`return #require('chartroom.compat').clients(vim.api.nvim_get_current_buf())`, [])) === 1,
    );
    await vi.type(':Chartroom diff<CR>');
    await vi.see(new RegExp(`Deploy revision 1 of ${release} to ${place}: 2 added`));
    await vi.see(/^\+ kind: Deployment/);
    await vi.shot('diff-first');
    assert.equal(await vi.nvim.eval('&filetype'), 'diff');
    assert.equal(await vi.nvim.eval('&modifiable'), 0);
  });

  await step('deploy asks about the plan, and deploys', async () => {
    await vi.nvim.command('tabonly | only | edit Chart.yaml');
    await vi.type(':Chartroom deploy<CR>');
    await agree(/[[(]D[\])]eploy/, 'D');
    await message(/revision 1, Install complete/);
    await vi.shot('deployed');
  });

  await step('what differs leads to the template, and to both sides', async () => {
    await setTag('1.0.1');
    await vi.type(':Chartroom diff<CR>');
    await vi.see(/^\+ .*my-app:1\.0\.1/);
    await vi.type('/my-app:1.0.1<CR>s');
    await until('both sides', async () => (await vi.nvim.windows).length >= 2 && (await vi.nvim.eval('&diff')) === 1);
    await vi.see(/my-app:latest.*│.*my-app:1\.0\.1/);
    await vi.shot('sides');
    await vi.type('q');
    await vi.type('/my-app:1.0.1<CR><CR>');
    await until('the template', async () => /image: "\{\{/.test(await vi.nvim.line));
  });

  await step('a broken image fails and comes back by itself', async () => {
    await setTag('broken');
    await vi.type(':Chartroom deploy<CR>');
    await agree(/[[(]D[\])]eploy/, 'D');
    await vi.see(/\d of \d ready/);
    await vi.shot('waiting');
    await message(/rolled back/);
    await vi.shot('rolled-back');
  });

  await step('the history shows it', async () => {
    await vi.nvim.command('tabonly | only | edit Chart.yaml');
    await vi.type(':Chartroom releases<CR>');
    await vi.see(new RegExp(`${release} +3 +deployed`));
    await vi.type(`/${release}<CR><CR>`);
    await vi.see(/ 2 +failed/);
    await vi.see(/ 3 +deployed .*Rollback to 1/);
    await vi.shot('history');
  });

  await step('rolling back says what it does not bring back', async () => {
    await setTag('1.0.2');
    await vi.type(':Chartroom deploy<CR>');
    await agree(/[[(]D[\])]eploy/, 'D');
    await message(/revision 4, Upgrade complete/);
    await vi.nvim.command('tabonly | only | edit Chart.yaml');
    await vi.type(':Chartroom rollback 1<CR>');
    await vi.see(/Databases/);
    await vi.shot('roll-back');
    await agree(/[[(]R[\])]oll Back/, 'R');
    await message(/revision 5, Rollback to 1/);
  });

  await step('nothing complained', async () => {
    const messages = await vi.nvim.call('execute', ['messages']);
    assert.doesNotMatch(messages, /E\d+:|stack traceback/);
  });
}
