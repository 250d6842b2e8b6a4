// Starts the server and puts what it knows where people look for it. All knowledge of charts is the server's.
import * as vscode from 'vscode';
import { DidChangeConfigurationNotification, type LanguageClient } from 'vscode-languageclient/node';
import type { Scope } from './ext';
import { Jumps } from './jumps';
import { correctLanguages } from './languages';
import { Previews } from './previews';
import { Plans } from './plans';
import { Progresses } from './progress';
import { Releases, argumentsOf } from './releases';
import { PREVIEW, createClient, findServer } from './server';
import { Targets } from './targets';

let client: LanguageClient | undefined;

export async function activate(context: vscode.ExtensionContext): Promise<void> {
  const log = vscode.window.createOutputChannel('Chartroom', { log: true });
  context.subscriptions.push(
    log,
    correctLanguages(),
    vscode.commands.registerCommand('chartroom.showLog', () => log.show()),
  );
  const server = findServer(context);
  if (server === undefined) {
    await complainOfNoServer();
    return;
  }
  log.info(`server: ${server}`);
  const progresses = new Progresses(() => started);
  const started = createClient(server, log, {
    provideTextDocumentContent: async (uri, token, next) => (await previews.text(uri)) ?? (await next(uri, token)),
    handleWorkDoneProgress: (token, params, next) => progresses.handle(token, params, next),
    window: {
      showDocument: async (params, token, next) => {
        const uri = vscode.Uri.parse(params.uri, true);
        if (uri.scheme !== PREVIEW) {
          return next(params, token);
        }
        await previews.openNamed(uri);
        return { success: true };
      },
    },
    executeCommand: (command, given, next) => next(command, argumentsOf(started, previews, command, given)),
  });
  client = started;
  const previews = new Previews(started);
  const jumps = new Jumps(started, previews);
  const targets = new Targets(started, previews, context.workspaceState);
  const releases = new Releases(started);
  context.subscriptions.push(
    previews,
    jumps,
    targets,
    releases,
    new Plans(started),
    vscode.workspace.onDidGrantWorkspaceTrust(() => void trust(started)),
    vscode.commands.registerCommand('chartroom.showReleases', () => releases.show()),
    ...commands(started, previews, jumps, targets),
  );
  await started.start();
  await vscode.commands.executeCommand('setContext', 'chartroom.runs', true);
}

/** The server learns that it may write to clusters from now on. */
async function trust(client: LanguageClient): Promise<void> {
  const settings = { chartroom: { kube: { trusted: true } } };
  await client.sendNotification(DidChangeConfigurationNotification.type, { settings });
}

export async function deactivate(): Promise<void> {
  await client?.stop();
}

function commands(client: LanguageClient, previews: Previews, jumps: Jumps, targets: Targets): vscode.Disposable[] {
  // A failed request is told to the user in the server's words.
  const command = (name: string, run: (...args: unknown[]) => Promise<void>): vscode.Disposable =>
    vscode.commands.registerCommand(`chartroom.${name}`, (...args: unknown[]) =>
      run(...args).catch((error: unknown) => {
        const message = error instanceof Error ? error.message : String(error);
        void vscode.window.showErrorMessage(`Chartroom: ${message}`);
      }),
    );
  const inEditor = (run: (editor: vscode.TextEditor) => Promise<void>) => async (): Promise<void> => {
    if (vscode.window.activeTextEditor !== undefined) {
      await run(vscode.window.activeTextEditor);
    }
  };
  const preview = (scope: Scope) => async (clicked: unknown): Promise<void> => {
    const uri = clicked instanceof vscode.Uri ? clicked : vscode.window.activeTextEditor?.document.uri;
    if (uri !== undefined) {
      await previews.open(uri, scope);
    }
  };
  return [
    command('openPreview', preview('template')),
    command('openChartPreview', preview('chart')),
    command('goToSource', inEditor((editor) => jumps.toSource(editor))),
    command('goToPreview', inEditor((editor) => jumps.toPreview(editor))),
    command('goToError', async () => {
      const failing = targets.failing();
      await (failing && jumps.toError(failing));
    }),
    command('pickTarget', () => targets.pick()),
    command('restart', () => client.restart()),
  ];
}

async function complainOfNoServer(): Promise<void> {
  const open = 'Open Setting';
  const message =
    'Chartroom has no server: this build of the extension brings none for this machine, and there is no `chartroom` in the PATH.';
  if ((await vscode.window.showErrorMessage(message, open)) === open) {
    await vscode.commands.executeCommand('workbench.action.openSettings', 'chartroom.server.path');
  }
}
