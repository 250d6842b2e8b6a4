// The active target of the chart that the editor is in: asked for, picked, and named in the status bar.
//
// The same item says when a preview of the chart shows an older text than what is on the screen, and leads to the error.
// A server knows nothing of the one before it, so picks are kept with the workspace.
import * as path from 'node:path';
import * as vscode from 'vscode';
import { type LanguageClient, State } from 'vscode-languageclient/node';
import * as ext from './ext';
import type { Previews } from './previews';
import { PREVIEW } from './server';

const PICKS = 'targets';

export class Targets implements vscode.Disposable, vscode.FileDecorationProvider {
  private readonly bar = vscode.window.createStatusBarItem('chartroom.target', vscode.StatusBarAlignment.Left, 50);
  private readonly language = vscode.languages.createLanguageStatusItem('chartroom.preview', { scheme: PREVIEW });
  private readonly decorated = new vscode.EventEmitter<vscode.Uri>();
  readonly onDidChangeFileDecorations = this.decorated.event;
  private readonly subscriptions: vscode.Disposable[];
  private active: ext.Target | undefined;
  private question = 0;

  constructor(
    private readonly client: LanguageClient,
    private readonly previews: Previews,
    private readonly memory: vscode.Memento,
  ) {
    this.bar.name = 'Helm target';
    this.language.name = 'Chartroom preview';
    this.subscriptions = [
      this.bar,
      this.language,
      this.decorated,
      vscode.window.registerFileDecorationProvider(this),
      vscode.window.onDidChangeActiveTextEditor(() => void this.ask()),
      client.onDidChangeState(({ newState }) => void (newState === State.Running ? this.restore() : this.show())),
      client.onNotification(ext.targetChanged, ({ chart, target }) => {
        void memory.update(PICKS, { ...this.picks(), [chart]: target.name });
        if (chart === this.active?.chart) {
          this.active = target;
        }
        this.show();
      }),
      previews.onDidChange((uri) => {
        this.decorated.fire(uri);
        this.show();
      }),
    ];
    void this.ask();
  }

  /** Lets the user pick the target of the chart that the editor is in. */
  async pick(): Promise<void> {
    const textDocument = this.document();
    if (textDocument === undefined) {
      return;
    }
    const { active, targets } = await this.client.sendRequest(ext.targetsRequest, { textDocument });
    const picked = await vscode.window.showQuickPick(
      targets.map((target) => item(target, target.name === active)),
      { title: 'Chartroom: render for', placeHolder: `Now: ${active}`, matchOnDetail: true },
    );
    if (picked !== undefined) {
      await this.client.sendRequest(ext.setTarget, { textDocument, name: picked.target.name });
    }
  }

  /** The preview that is out of date, if one of this chart is. */
  failing(): ext.Preview | undefined {
    const uri = vscode.window.activeTextEditor?.document.uri;
    const own = uri && this.previews.get(uri);
    const all = own === undefined ? this.previews.all() : [own];
    return all.find((it) => it.status !== 'ok' && it.target.chart === this.active?.chart);
  }

  /** Which cluster's answers previews of this chart show, and of when. */
  private answers(): string {
    const preview = this.previews.all().find((it) => it.target.chart === this.active?.chart);
    if (preview?.cluster === undefined) {
      return '';
    }
    const { place, taken, notAsked } = preview.cluster;
    const open = notAsked > 0 ? `, ${notAsked} lookups not asked` : '';
    return `; ${place} as of ${new Date(taken).toLocaleTimeString()}${open}`;
  }

  provideFileDecoration(uri: vscode.Uri): vscode.FileDecoration | undefined {
    const preview = uri.scheme === PREVIEW ? this.previews.get(uri) : undefined;
    if (preview === undefined) {
      return undefined;
    }
    if (preview.status === 'ok') {
      return new vscode.FileDecoration('▶', `Rendered for ${preview.target.name}`);
    }
    const colour = preview.status === 'stale' ? 'list.warningForeground' : 'list.errorForeground';
    return new vscode.FileDecoration('!', preview.error?.message ?? '', new vscode.ThemeColor(colour));
  }

  /** What names the chart to the server: the file in the editor, or what a preview shows. */
  private document(): { uri: string } | undefined {
    const uri = vscode.window.activeTextEditor?.document.uri;
    const preview = uri && this.previews.get(uri);
    if (preview !== undefined) {
      return { uri: preview.target.chart };
    }
    return uri?.scheme === 'file' ? { uri: this.client.code2ProtocolConverter.asUri(uri) } : undefined;
  }

  /** Names of targets by chart. */
  private picks(): Record<string, string> {
    return this.memory.get(PICKS, {});
  }

  private async restore(): Promise<void> {
    for (const [uri, name] of Object.entries(this.picks())) {
      // The chart or its values file may be gone.
      await this.client.sendRequest(ext.setTarget, { textDocument: { uri }, name }).catch(() => undefined);
    }
    await this.ask();
  }

  private async ask(): Promise<void> {
    const question = ++this.question;
    const textDocument = this.document();
    const known =
      textDocument === undefined || this.client.state !== State.Running
        ? undefined
        : // A file that belongs to no chart is answered by an error.
          await this.client.sendRequest(ext.targetsRequest, { textDocument }).catch(() => undefined);
    if (question === this.question) {
      this.active = known?.targets.find((it) => it.name === known.active);
      this.show();
    }
  }

  private show(): void {
    const { active, bar, language } = this;
    const failing = this.failing();
    void vscode.commands.executeCommand('setContext', 'chartroom.inChart', active !== undefined && !isEnvironment(active));
    void vscode.commands.executeCommand('setContext', 'chartroom.previewFails', failing !== undefined);
    if (active === undefined || this.client.state !== State.Running) {
      bar.hide();
      return;
    }
    bar.text = failing === undefined ? `$(target) ${active.name}` : `$(warning) ${active.name}: preview ${word(failing)}`;
    bar.tooltip = tooltip(active, failing);
    bar.command = failing === undefined ? 'chartroom.pickTarget' : 'chartroom.goToError';
    bar.backgroundColor =
      failing === undefined ? undefined : new vscode.ThemeColor('statusBarItem.warningBackground');
    bar.show();
    language.text = failing === undefined ? `Rendered for ${active.name}${this.answers()}` : `Preview ${word(failing)}`;
    language.detail = failing?.error?.message ?? '';
    language.severity =
      failing === undefined ? vscode.LanguageStatusSeverity.Information : vscode.LanguageStatusSeverity.Warning;
    language.command =
      failing === undefined
        ? { command: 'chartroom.pickTarget', title: 'Pick target' }
        : { command: 'chartroom.goToError', title: 'Go to error' };
  }

  dispose(): void {
    vscode.Disposable.from(...this.subscriptions).dispose();
  }
}

const word = (preview: ext.Preview): string => (preview.status === 'stale' ? 'stale' : 'incomplete');

const isEnvironment = (target: ext.Target): boolean => target.helmfile === target.chart;

const names = (target: ext.Target): string =>
  target.valuesFiles.map((file) => path.basename(file)).join(', ') || "the chart's own values";

function item(target: ext.Target, isActive: boolean): vscode.QuickPickItem & { target: ext.Target } {
  return {
    target,
    label: `${isActive ? '$(check)' : '$(blank)'} ${target.name}`,
    description: isEnvironment(target) ? 'environment' : `${target.namespace}/${target.releaseName}`,
    detail: isEnvironment(target) ? path.basename(target.chart) : names(target),
  };
}

function tooltip(active: ext.Target, failing: ext.Preview | undefined): vscode.MarkdownString {
  const text = new vscode.MarkdownString('', true);
  if (isEnvironment(active)) {
    return text.appendMarkdown('**Helmfile environment** ').appendText(active.name);
  }
  text.appendMarkdown('**Helm target** ').appendText(active.name);
  text.appendMarkdown('\n\nRelease ').appendText(`${active.releaseName} in ${active.namespace}`);
  text.appendMarkdown('\n\nValues ').appendText(names(active));
  if (failing?.error !== undefined) {
    text.appendMarkdown('\n\n---\n\n').appendText(failing.error.message);
  }
  return text;
}
