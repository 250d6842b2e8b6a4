// Folders that go away with the test, and what else must not outlive it.
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { CHART } from './places.mjs';

/** A new empty folder. It is a real path: editors compare paths as texts. */
export function scratch(name) {
  const folder = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), `chartroom-${name}-`)));
  process.on('exit', () => fs.rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 }));
  return folder;
}

/** A copy of the guide's chart, to be opened. */
export function copyOfChart(folder) {
  const chart = path.join(folder, 'devops-network');
  fs.cpSync(CHART, chart, { recursive: true });
  // Where the checkout is not to be written to, the copy still is.
  for (const name of fs.readdirSync(chart, { recursive: true })) {
    const file = path.join(chart, name);
    fs.chmodSync(file, fs.statSync(file).mode | 0o200);
  }
  return chart;
}

/** The environment without what belongs to the person who runs the tests. */
export function cleanEnvironment(home) {
  const env = { HOME: home, PATH: process.env.PATH, LANG: 'C.UTF-8', TZ: 'UTC' };
  for (const [name, folder] of Object.entries({ CONFIG: '.config', DATA: '.local/share', STATE: '.local/state', CACHE: '.cache' })) {
    env[`XDG_${name}_HOME`] = path.join(home, folder);
    fs.mkdirSync(env[`XDG_${name}_HOME`], { recursive: true });
  }
  return env;
}

/** Starts a program in a process group of its own, which ends with this process. */
export function start(program, args, options) {
  const child = spawn(program, args, { detached: true, ...options });
  const end = () => {
    try {
      process.kill(-child.pid, 'SIGKILL');
    } catch {
      // It has ended by itself.
    }
  };
  process.on('exit', end);
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.once(signal, () => process.exit(1));
  // Somebody stopped reading what we say (`| head`): without this the process ends with nothing tidied up.
  process.stdout.once('error', () => process.exit(1));
  return { child, end };
}

/** Asks again and again until the answer is one. */
export async function until(what, ask, milliseconds = 20_000) {
  const end = Date.now() + milliseconds;
  let last;
  for (;;) {
    try {
      const answer = await ask();
      if (answer) return answer;
      last = answer;
    } catch (error) {
      last = error;
    }
    if (Date.now() > end) throw new Error(`waited for ${what}; at last: ${last?.stack ?? last}`);
    await new Promise((done) => setTimeout(done, 30));
  }
}

/** Why a leg cannot run here, or `false`. On CI nothing is left out silently: there it is an error. */
export function missing(needs) {
  const lacks = Object.entries(needs).filter(([, found]) => !found).map(([name]) => name);
  if (lacks.length === 0) return false;
  const reason = `there is no ${lacks.join(', no ')}; see tests/editors/install.mjs`;
  if (process.env.CI) throw new Error(reason);
  process.stdout.write(`SKIPPED: ${reason}\n`);
  return reason;
}
