// A real Neovim: embedded, with a screen of our own, so that what is asserted is what a terminal would show.
import fs from 'node:fs';
import path from 'node:path';
import { ARTIFACTS, PLUGIN, chromium, driver } from './places.mjs';
import { cleanEnvironment, scratch, start, until } from './scratch.mjs';

const COLUMNS = 190;
const ROWS = 44;

/** What a user's init file would say. */
const init = (server, settings) => `
vim.g.chartroom = { cmd = ${JSON.stringify(server)}, settings = vim.fn.json_decode([==[${JSON.stringify(settings)}]==]) }
vim.o.termguicolors = true
vim.o.background = 'dark'
vim.cmd('silent! colorscheme desert')
vim.o.shortmess = vim.o.shortmess .. 'I'
vim.o.completeopt = 'menuone,noinsert'
vim.o.laststatus = 2
vim.o.swapfile = false
`;

/** The grid of the terminal, from `redraw` events. */
class Screen {
  #grid = [];
  #styles = new Map();
  #colours = { foreground: 0xd0d0d0, background: 0x202020 };
  cursor = [0, 0];

  on = {
    grid_resize: (_, columns, rows) => {
      this.#grid = Array.from({ length: rows }, () => Array.from({ length: columns }, () => [' ', 0]));
    },
    grid_clear: () => this.#grid.forEach((row) => row.fill([' ', 0])),
    grid_cursor_goto: (_, row, column) => (this.cursor = [row, column]),
    hl_attr_define: (id, rgb) => this.#styles.set(id, rgb),
    default_colors_set: (foreground, background) => {
      if (foreground >= 0) this.#colours = { foreground, background };
    },
    grid_line: (_, row, column, cells) => {
      let style = 0;
      let at = column;
      for (const [text, changed = style, times = 1] of cells) {
        style = changed;
        for (let n = 0; n < times; n++) this.#grid[row][at++] = [text, style];
      }
    },
    grid_scroll: (_, top, bottom, left, right, by) => {
      const old = this.#grid.map((row) => [...row]);
      for (let row = top; row < bottom; row++) {
        const from = row + by;
        if (from < top || from >= bottom) continue;
        for (let column = left; column < right; column++) this.#grid[row][column] = old[from][column];
      }
    },
  };

  redraw(events) {
    for (const [name, ...calls] of events) {
      for (const call of calls) this.on[name]?.(...call);
    }
  }

  lines() {
    return this.#grid.map((row) => row.map(([text]) => text).join('').trimEnd());
  }

  html() {
    const hex = (number) => `#${number.toString(16).padStart(6, '0')}`;
    const escape = (text) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
    const css = (id, isCursor) => {
      const style = this.#styles.get(id) ?? {};
      let { foreground, background } = { ...this.#colours, ...style };
      if (Boolean(style.reverse) !== isCursor) [foreground, background] = [background, foreground];
      return `color:${hex(foreground)};background:${hex(background)};${style.bold ? 'font-weight:bold' : ''}`;
    };
    const rows = this.#grid.map((row, y) =>
      row.map(([text, id], x) => {
        const isCursor = this.cursor[0] === y && this.cursor[1] === x;
        return `<span style="${css(id, isCursor)}">${escape(text)}</span>`;
      }),
    );
    const text = rows.map((row) => row.join('')).join('\n');
    const body = `margin:0;background:${hex(this.#colours.background)}`;
    return `<body style="${body}"><pre style="margin:0;font:14px/18px monospace">${text}</pre></body>`;
  }
}

/** Starts Neovim with the plugin in a package, as people install it, in a folder. */
export async function startNeovim({ program, server, folder, name, settings = {} }) {
  const home = scratch('neovim');
  const env = { ...cleanEnvironment(home), ...program.env };
  const packages = path.join(env.XDG_DATA_HOME, 'nvim/site/pack/charts/start');
  fs.mkdirSync(packages, { recursive: true });
  fs.cpSync(PLUGIN, path.join(packages, 'chartroom'), { recursive: true });
  fs.mkdirSync(path.join(env.XDG_CONFIG_HOME, 'nvim'), { recursive: true });
  fs.writeFileSync(path.join(env.XDG_CONFIG_HOME, 'nvim/init.lua'), init(server, settings));
  const running = start(program.file, ['--embed', '-i', 'NONE'], { cwd: folder, env, stdio: ['pipe', 'pipe', 'inherit'] });
  const nvim = driver('neovim').attach({ proc: running.child });
  const screen = new Screen();
  nvim.on('notification', (method, events) => method === 'redraw' && screen.redraw(events));
  await nvim.uiAttach(COLUMNS, ROWS, { ext_linegrid: true, rgb: true });

  /** Waits until the screen shows a line. */
  const see = (pattern, milliseconds) =>
    until(`${pattern} on the screen`, () => screen.lines().find((line) => pattern.test(line)), milliseconds).catch(
      (error) => {
        throw new Error(`${error.message}\n${screen.lines().join('\n')}`);
      },
    );
  const gone = (pattern) =>
    until(`no ${pattern} on the screen`, () => !screen.lines().some((line) => pattern.test(line)));
  /** Types, and comes back when the keys are worked off. */
  const type = async (keys) => {
    await nvim.input(keys);
    await nvim.request('nvim_get_mode', []);
  };
  /** Keeps the screen, as text and, where there is a browser, as a picture. */
  const shot = async (step) => {
    fs.mkdirSync(ARTIFACTS, { recursive: true });
    const file = path.join(ARTIFACTS, `neovim-${name}${step}`);
    fs.writeFileSync(`${file}.txt`, `${screen.lines().join('\n')}\n`);
    if (chromium()) await picture(screen.html(), `${file}.png`);
  };
  const close = async () => {
    nvim.command('qall!').catch(() => {});
    await until('the end of Neovim', () => running.child.exitCode !== null, 3000).catch(() => {});
    running.end();
  };
  return { nvim, screen, see, gone, type, shot, close };
}

let browser;

/** One browser takes all pictures. */
async function picture(html, file) {
  const options = { executablePath: chromium(), args: process.getuid() === 0 ? ['--no-sandbox'] : [] };
  browser ??= await driver('playwright-core').chromium.launch(options);
  const page = await browser.newPage({ viewport: { width: 1605, height: ROWS * 18 } });
  await page.setContent(html);
  await page.screenshot({ path: file });
  await page.close();
}

/** To be called when the last Neovim is closed. */
export const closePictures = () => browser?.close();
