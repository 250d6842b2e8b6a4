// Holds the grammars of the VS Code extension against files with the expected scopes in them:
// `node tests/editors/grammar.mjs`. A line of carets names the scopes of what stands above it.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import test from 'node:test';
import { fileURLToPath } from 'node:url';
import { EXTENSION, codeServer, driverFile } from './support/places.mjs';
import { missing } from './support/scratch.mjs';

const here = path.dirname(fileURLToPath(import.meta.url));
const program = driverFile('vscode-tmgrammar-test/dist/unit.js');
const skip = missing({ 'vscode-tmgrammar-test': fs.existsSync(program), 'code-server': codeServer() });

/** VS Code's own YAML, which ours includes; its parts are files of their own. */
function grammars() {
  const yaml = path.join(path.dirname(codeServer()), '../extensions/yaml/syntaxes');
  const ours = path.join(EXTENSION, 'syntaxes');
  return [yaml, ours].flatMap((folder) =>
    fs.readdirSync(folder).filter((it) => it.endsWith('.json')).map((it) => path.join(folder, it)),
  );
}

for (const file of fs.readdirSync(path.join(here, 'grammar'))) {
  test(`colours of ${file}`, { skip }, () => {
    const options = grammars().flatMap((it) => ['--grammar', it]);
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      [program, '--compact', ...options, path.join(here, 'grammar', file)],
      { encoding: 'utf8' },
    );
    assert.equal(status, 0, `${stdout}\n${stderr}`);
  });
}
