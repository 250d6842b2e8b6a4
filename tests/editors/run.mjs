// All tests of the editors, one after the other: `node tests/editors/run.mjs`.
//
// Two editors at once on a small machine lose key presses.
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const here = path.dirname(fileURLToPath(import.meta.url));
const failed = ['grammar.mjs', 'neovim.mjs', 'vscode.mjs', 'helmfile.mjs', 'helmfile-neovim.mjs'].filter((name) => {
  process.stdout.write(`\n== tests/editors/${name}\n`);
  return spawnSync(process.execPath, [path.join(here, name)], { stdio: 'inherit' }).status !== 0;
});
if (failed.length > 0) {
  process.stdout.write(`\nfailed: ${failed.join(', ')}\n`);
  process.exit(1);
}
