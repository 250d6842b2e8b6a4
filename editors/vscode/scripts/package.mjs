// Packs the extension with one server in it: `CHARTROOM_BIN=/path/to/chartroom npm run package -- [options]`.
//
//   --server FILE     the program to pack; by default what CHARTROOM_BIN names
//   --target TARGET   whose it is, in VS Code's words; by default this machine's (linux-x64)
//   --out FILE        the result; by default chartroom-TARGET.vsix
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const here = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
const { values } = parseArgs({
  options: { server: { type: 'string' }, target: { type: 'string' }, out: { type: 'string' } },
});
const server = values.server ?? process.env.CHARTROOM_BIN;
const target = values.target ?? `${process.platform}-${process.arch}`;
const out = path.resolve(values.out ?? path.join(here, `chartroom-${target}.vsix`));
if (!server || !fs.existsSync(server)) {
  throw new Error(`no server to pack: CHARTROOM_BIN or --server must name it, and is ${server}`);
}

const name = target.startsWith('win32') ? 'chartroom.exe' : 'chartroom';
fs.rmSync(path.join(here, 'server'), { recursive: true, force: true });
fs.mkdirSync(path.join(here, 'server'));
fs.copyFileSync(server, path.join(here, 'server', name));
// The mode is kept in the file and by the editor that unpacks it.
fs.chmodSync(path.join(here, 'server', name), 0o755);
fs.copyFileSync(path.join(here, '../../LICENSE'), path.join(here, 'LICENSE'));

const run = (program, ...args) =>
  execFileSync(process.execPath, [path.join(here, 'node_modules', program), ...args], { cwd: here, stdio: 'inherit' });
execFileSync('npm', ['run', '--silent', 'build', '--', '--minify', '--log-level=warning'], {
  cwd: here,
  stdio: 'inherit',
  shell: process.platform === 'win32',
});
run('@vscode/vsce/vsce', 'package', '--no-dependencies', '--target', target, '--out', out);
