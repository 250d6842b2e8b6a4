// Newer Neovims than the system's, unpacked into the cache: the system stays as it is.
//
// They are an extra. A Debian serves its next releases beside its own, so they come from where this machine has its
// packages from. The one in `sid` is today's and cannot be pinned; what cannot be had is said and left out.
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { TOOLS, nvim } from './places.mjs';

const SUITES = ['trixie', 'sid'];
const KEYS = '/usr/share/keyrings/debian-archive-keyring.gpg';
const folder = (suite) => path.join(TOOLS, 'neovim', suite);
const program = (suite) => path.join(folder(suite), 'nvim');

/** Those that are there. */
export const newerNeovims = () => SUITES.map(program).filter((file) => fs.existsSync(file));

/** Each Neovim under test with its version: the one of the PATH, those of the cache, and what CHARTROOM_NVIM names. */
export function neovims() {
  const files = [nvim(), ...newerNeovims(), ...(process.env.CHARTROOM_NVIM ?? '').split(path.delimiter)].filter(Boolean);
  return files.map((file) => {
    const version = /v(\d+\.\d+\.\d+)/.exec(execFileSync(file, ['--version'], { encoding: 'utf8' }))[1];
    return { file, version };
  });
}

/** Where this machine has Debian from. */
function archive() {
  const format = '$(ORIGIN) $(COMPONENT) $(CODENAME) $(REPO_URI)';
  const lines = execFileSync('apt-get', ['indextargets', '--format', format], { encoding: 'utf8' }).split('\n');
  // `bookworm-security` and the like lie elsewhere.
  return lines.find((line) => /^Debian main [a-z]+ /.test(line))?.split(' ')[3];
}

/** A state of apt's own, so that nothing of the system's is read or written. */
function state(suite, uri) {
  const at = folder(suite);
  for (const name of ['lists/partial', 'cache/archives/partial']) fs.mkdirSync(path.join(at, name), { recursive: true });
  const sources = ['Types: deb', `URIs: ${uri}`, `Suites: ${suite}`, 'Components: main', `Signed-By: ${KEYS}`];
  fs.writeFileSync(path.join(at, 'apt.sources'), `${sources.join('\n')}\n`);
  const options = {
    'Dir::State::lists': path.join(at, 'lists'),
    'Dir::State::status': '/dev/null',
    'Dir::Cache': path.join(at, 'cache'),
    'Dir::Etc::sourcelist': path.join(at, 'apt.sources'),
    'Dir::Etc::sourceparts': '/dev/null',
    'APT::Sandbox::User': 'root',
  };
  return Object.entries(options).flatMap(([name, value]) => ['-o', `${name}=${value}`]);
}

/** It needs its own C library: started by hand, it finds all libraries in its folder, and is told of its parsers. */
const script = (root) => `#!/bin/sh
export VIMRUNTIME='${root}/usr/share/nvim/runtime'
libraries='${root}/usr/lib/x86_64-linux-gnu'
for loader in '${root}'/usr/lib64/ld-linux-*.so.* '${root}'/lib64/ld-linux-*.so.*; do
  [ -e "$loader" ] || continue
  exec "$loader" --library-path "$libraries" '${root}/usr/bin/nvim' --cmd 'set runtimepath+=${root}/usr/lib/nvim' "$@"
done
`;

function install(suite, uri) {
  const at = folder(suite);
  const options = state(suite, uri);
  const apt = (...args) => execFileSync('apt-get', [...options, '-q', ...args], { stdio: 'pipe' });
  apt('update');
  apt('install', '-y', '--no-install-recommends', '--download-only', 'neovim');
  const packages = path.join(at, 'cache/archives');
  const root = path.join(at, 'root');
  for (const name of fs.readdirSync(packages).filter((it) => it.endsWith('.deb'))) {
    execFileSync('dpkg', ['-x', path.join(packages, name), root]);
  }
  for (const name of ['lists', 'cache']) fs.rmSync(path.join(at, name), { recursive: true, force: true });
  const file = program(suite);
  fs.writeFileSync(`${file}.new`, script(root), { mode: 0o755 });
  execFileSync(`${file}.new`, ['--version'], { stdio: 'pipe' });
  // It is there only when it runs.
  fs.renameSync(`${file}.new`, file);
}

/** Brings those that are missing. `say` tells what could not be had. */
export function installNewerNeovims(say) {
  for (const suite of SUITES.filter((it) => !fs.existsSync(program(it)))) {
    try {
      const uri = process.platform === 'linux' && process.arch === 'x64' && fs.existsSync(KEYS) && archive();
      if (!uri) throw new Error('this is not a Debian for x64');
      say(`unpacking the Neovim of ${suite}`);
      install(suite, uri);
    } catch (error) {
      const reason = String(error.stderr ?? '').trim().split('\n').at(-1) || error.message;
      say(`Neovim of ${suite}: SKIPPED, ${reason}`);
    }
  }
}
