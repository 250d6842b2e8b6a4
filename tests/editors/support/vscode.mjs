// A real VS Code: its server, its workbench in a headless browser, an installed .vsix.
//
// The selectors of the workbench are all here, since they change between versions.
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { ARTIFACTS, chromium, codeServer, driver, node24 } from './places.mjs';
import { cleanEnvironment, scratch, start, until } from './scratch.mjs';

/** Nothing that moves, asks, or looks for news. */
const SETTINGS = {
  'chat.disableAIFeatures': true,
  'editor.accessibilitySupport': 'off',
  'editor.minimap.enabled': false,
  'editor.wordBasedSuggestions': 'off',
  'extensions.autoCheckUpdates': false,
  'extensions.autoUpdate': false,
  'extensions.ignoreRecommendations': true,
  'files.autoSave': 'off',
  'git.enabled': false,
  'security.workspace.trust.enabled': false,
  'telemetry.telemetryLevel': 'off',
  'update.mode': 'none',
  'workbench.colorTheme': 'Default Dark Modern',
  'workbench.enableExperiments': false,
  'workbench.reduceMotion': 'on',
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  'workbench.startupEditor': 'none',
  'workbench.tips.enabled': false,
};

/** Starts VS Code with one extension in it, on one folder, with further settings of the user's. */
export async function startVsCode({ vsix, folder, settings = {} }) {
  const root = scratch('vscode');
  const at = (name) => path.join(root, name);
  fs.mkdirSync(at('user/User'), { recursive: true });
  fs.writeFileSync(at('user/User/settings.json'), JSON.stringify({ ...SETTINGS, ...settings }));
  const node = node24();
  const env = cleanEnvironment(at('home'));
  // No marketplace.
  env.EXTENSIONS_GALLERY = '{}';
  env.PATH = `${path.dirname(node)}${path.delimiter}${env.PATH}`;
  const main = [
    codeServer(),
    ...['--accept-server-license-terms', '--telemetry-level', 'off'],
    ...['--user-data-dir', at('user'), '--extensions-dir', at('extensions'), '--server-data-dir', at('server')],
  ];
  execFileSync(node, [...main, '--install-extension', vsix], { env, stdio: 'pipe' });
  const listen = ['--host', '127.0.0.1', '--port', '0', '--without-connection-token'];
  const server = start(node, [...main, ...listen], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  let log = '';
  for (const stream of [server.child.stdout, server.child.stderr]) stream.on('data', (data) => (log += data));
  const [, port] = await until('the port of VS Code', () => /available at http:\/\/[\w.]+:(\d+)/.exec(log), 60_000);

  const options = { executablePath: chromium(), args: process.getuid() === 0 ? ['--no-sandbox'] : [] };
  const browser = await driver('playwright-core').chromium.launch(options);
  const page = await browser.newPage({ viewport: { width: 1400, height: 860 } });
  const strangers = new Set();
  page.on('request', (request) => {
    const { hostname } = new URL(request.url());
    if (hostname !== '' && hostname !== '127.0.0.1') strangers.add(hostname);
  });
  page.setDefaultTimeout(30_000);
  await page.goto(`http://127.0.0.1:${port}/?folder=${encodeURIComponent(folder)}`);
  await page.locator('.explorer-folders-view .monaco-list-row').first().waitFor({ timeout: 90_000 });
  const close = async () => {
    await browser.close();
    server.end();
  };
  return { ...hands(page), page, strangers, close, log: () => extensionLog(at('user')) + extensionLog(at('server')) };
}

/** What a person does in the workbench. */
function hands(page) {
  const input = page.locator('.quick-input-widget input').first();
  const rows = page.locator('.quick-input-list .monaco-list-row');
  /** Takes a row by all of its label: rows are filtered a while after typing, and the first is not always meant. */
  const take = async (label) => {
    const name = page.locator('.label-name').filter({ hasText: new RegExp(`^${label.replaceAll('.', '\\.')}$`) });
    const row = rows.filter({ has: name }).first();
    await row.click();
    // Not the whole list: what was taken may open another one at once.
    await row.waitFor({ state: 'hidden' });
  };

  /** A key press can be lost while the machine is busy: press, look, press Escape and press again. */
  async function retry(press, seen, times = 6) {
    for (let round = 0; ; round++) {
      await press();
      try {
        await seen.waitFor({ timeout: 3000 + 2000 * round });
        return;
      } catch (error) {
        if (round + 1 === times) throw error;
        await page.keyboard.press('Escape');
      }
    }
  }

  async function command(label) {
    // A document that opens meanwhile takes the focus, and the list with it.
    for (let round = 0; ; round++) {
      await retry(() => page.keyboard.press('F1'), input);
      try {
        await input.fill(`>${label}`, { timeout: 3000 });
        break;
      } catch (error) {
        if (round === 3) throw error;
      }
    }
    await take(label);
  }

  async function pick(label) {
    await rows.filter({ hasText: label }).first().click();
    await page.locator('.quick-input-widget').first().waitFor({ state: 'hidden' });
  }

  /** Opens a file of the folder in the first column. */
  async function open(name) {
    await page.keyboard.press('Control+1');
    await retry(() => page.keyboard.press('Control+P'), input);
    await input.fill(name);
    await take(name);
    await tab(name).first().waitFor();
    await focus(0);
  }

  const group = (index) => page.locator('.editor-group-container').nth(index);
  const tab = (name) => page.locator('.tab').filter({ hasText: name });
  const focus = async (index) => {
    await page.keyboard.press(`Control+${index + 1}`);
    await group(index).locator('.monaco-editor.focused').waitFor();
  };

  /** The lines that a group shows, with what surrounds them left out. */
  const lines = async (index) => {
    const found = group(index).locator('.monaco-editor .view-line');
    const all = await found.evaluateAll((elements) =>
      elements.map((it) => [Number.parseFloat(it.style.top), it.textContent]).sort((a, b) => a[0] - b[0]),
    );
    return all.map(([, text]) => text.replaceAll('\u00a0', ' '));
  };

  /** Puts the cursor: `3` or `3:7`. */
  async function go(place) {
    await retry(() => page.keyboard.press('Control+G'), input);
    await input.fill(`:${place}`);
    await page.keyboard.press('Enter');
    await page.locator('.quick-input-widget').first().waitFor({ state: 'hidden' });
  }

  const status = (text) => page.locator('.statusbar-item').filter({ hasText: text });
  const language = () => page.locator('#status\\.editor\\.mode').innerText();
  const place = () => page.locator('#status\\.editor\\.selection').innerText();
  const suggestions = () => page.locator('.suggest-widget.visible .monaco-list-row').allInnerTexts();
  const shot = async (name) => {
    fs.mkdirSync(ARTIFACTS, { recursive: true });
    await page.screenshot({ path: path.join(ARTIFACTS, `vscode-${name}.png`) });
  };
  return { command, pick, open, group, tab, focus, lines, go, status, language, place, suggestions, shot, retry };
}

/** What the extension wrote to its log, for a failed test. */
function extensionLog(folder) {
  const files = fs.existsSync(folder) ? fs.readdirSync(folder, { recursive: true }) : [];
  const logs = files.filter((file) => /Chartroom[^/]*\.log$/.test(file));
  return logs.map((file) => `--- ${file}\n${fs.readFileSync(path.join(folder, file), 'utf8').slice(-6000)}`).join('\n');
}
