// The program that does the work, and the connection to it.
import { existsSync } from 'node:fs';
import * as path from 'node:path';
import * as vscode from 'vscode';
import { type DocumentFilter, LanguageClient, type Middleware, type StaticFeature } from 'vscode-languageclient/node';

/** Previews are virtual documents of this scheme. They are read, never sent to the server as open files. */
export const PREVIEW = 'chartroom-preview';
/** What was shown of releases are virtual documents of this scheme. */
export const RELEASE = 'chartroom-release';

/** Files whose unsaved text counts: all of the scheme `file`, so that previews are not among them. */
const documents: DocumentFilter[] = [
  { scheme: 'file', language: 'helm' },
  { scheme: 'file', language: 'helmfile' },
  { scheme: 'file', pattern: '**/{Chart,requirements}.{yaml,lock}' },
  { scheme: 'file', pattern: '**/*values*.{yaml,yml,json}' },
  { scheme: 'file', pattern: '**/.helmignore' },
  // State values of helmfiles, where people keep them.
  { scheme: 'file', pattern: '**/{environments,envs}/**/*.{yaml,yml}' },
];

/** The program: the user's choice, the one in this extension, or the one in the `PATH`. */
export function findServer(context: vscode.ExtensionContext): string | undefined {
  const chosen = vscode.workspace.getConfiguration('chartroom').get<string>('server.path', '').trim();
  if (chosen !== '') {
    return chosen;
  }
  const name = process.platform === 'win32' ? 'chartroom.exe' : 'chartroom';
  const own = context.asAbsolutePath(path.join('server', name));
  const folders = (process.env['PATH'] ?? '').split(path.delimiter).filter((it) => it !== '');
  return [own, ...folders.map((folder) => path.join(folder, name))].find((file) => existsSync(file));
}

/** The settings as the server reads them. */
function settings(): object {
  const section = vscode.workspace.getConfiguration('chartroom');
  return {
    chartroom: {
      helmVersion: section.get('helmVersion'),
      checks: section.get('checks'),
      kubeVersion: section.get('kubeVersion'),
      kubernetes: section.get('kubernetes'),
      release: section.get('release'),
      valuesFiles: section.get('valuesFiles'),
      limits: section.get('limits'),
      // The user's own: their scope keeps the workspace out.
      kube: { ...section.get<object>('kube'), trusted: vscode.workspace.isTrusted },
      deploy: section.get('deploy'),
    },
  };
}

export function createClient(
  command: string,
  outputChannel: vscode.LogOutputChannel,
  middleware: Middleware,
): LanguageClient {
  const server = { command, args: ['lsp'] };
  const client = new LanguageClient('chartroom', 'Chartroom', server, {
    documentSelector: documents,
    initializationOptions: settings,
    synchronize: { configurationSection: 'chartroom' },
    outputChannel,
    middleware,
  });
  client.registerFeature(releases);
  return client;
}

/** Tells the server that this client shows plans and asks questions. */
const releases: StaticFeature = {
  fillClientCapabilities: (capabilities) => {
    capabilities.experimental = { ...capabilities.experimental, chartroom: { showPlan: true, ask: true } };
  },
  initialize: () => undefined,
  getState: () => ({ kind: 'static' }),
  clear: () => undefined,
};
