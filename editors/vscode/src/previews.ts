// Previews: virtual documents that show what a chart renders to, kept up to date by the server.
//
// The server pushes each new text; it is kept here and handed to the editor when it asks. A preview that the editor
// opens by itself (a closed tab is reopened) is asked for again by its URI alone.
import * as vscode from 'vscode';
import { type LanguageClient, State, TextDocumentContentRequest } from 'vscode-languageclient/node';
import * as ext from './ext';
import { PREVIEW } from './server';

export class Previews implements vscode.Disposable {
  private readonly shown = new Map<string, ext.Preview>();
  private readonly changed = new vscode.EventEmitter<vscode.Uri>();
  private readonly subscriptions: vscode.Disposable[] = [];
  /** The text, the status or the target of a preview changed. */
  readonly onDidChange = this.changed.event;

  constructor(private readonly client: LanguageClient) {
    this.subscriptions.push(
      this.changed,
      client.onNotification(ext.previewChanged, (preview) => this.take(preview)),
      client.onDidChangeState(({ newState }) => {
        if (newState === State.Running) {
          void this.renew();
        }
      }),
      vscode.window.tabGroups.onDidChangeTabs(({ closed }) => this.forget(closed)),
    );
  }

  /** What a preview shows, by the URI of its document. */
  get(uri: vscode.Uri): ext.Preview | undefined {
    return this.shown.get(uri.toString());
  }

  /** All that is shown. */
  all(): ext.Preview[] {
    return [...this.shown.values()];
  }

  /** Opens a preview beside the editor. The cursor stays where it is. */
  async open(source: vscode.Uri, scope: ext.Scope): Promise<void> {
    const preview = await this.subscribe(source, scope);
    const document = await vscode.workspace.openTextDocument(vscode.Uri.parse(preview.uri, true));
    await vscode.window.showTextDocument(await asYaml(document), {
      viewColumn: vscode.ViewColumn.Beside,
      preserveFocus: true,
      preview: false,
    });
  }

  /** Opens a preview that the server names, beside the editor. */
  async openNamed(uri: vscode.Uri): Promise<void> {
    await this.open(...sourceOf(uri));
  }

  /** The text of a virtual document, for the language client. `undefined` if it is not one of ours. */
  async text(uri: vscode.Uri): Promise<string | undefined> {
    if (uri.scheme !== PREVIEW) {
      return undefined;
    }
    const preview = this.get(uri) ?? (await this.subscribe(...sourceOf(uri)));
    return preview.text;
  }

  private async subscribe(source: vscode.Uri, scope: ext.Scope): Promise<ext.Preview> {
    const textDocument = { uri: this.client.code2ProtocolConverter.asUri(source) };
    const preview = await this.client.sendRequest(ext.previewRequest, { textDocument, scope });
    this.take(preview);
    return preview;
  }

  private take(preview: ext.Preview): void {
    const uri = vscode.Uri.parse(preview.uri, true);
    const old = this.get(uri);
    if (old?.id === preview.id && old.revision > preview.revision) {
      return;
    }
    this.shown.set(uri.toString(), preview);
    const providers = this.client.getFeature(TextDocumentContentRequest.method)?.getProviders() ?? [];
    for (const provider of providers.filter((it) => it.scheme === PREVIEW)) {
      provider.onDidChangeEmitter.fire(uri);
    }
    this.changed.fire(uri);
  }

  /** A server that was started again knows of no previews. */
  private async renew(): Promise<void> {
    for (const uri of [...this.shown.keys()].map((it) => vscode.Uri.parse(it, true))) {
      this.shown.delete(uri.toString());
      await this.subscribe(...sourceOf(uri)).catch((error: unknown) => this.client.error('Preview is lost', error));
    }
  }

  private forget(closed: readonly vscode.Tab[]): void {
    for (const { input } of closed) {
      if (!(input instanceof vscode.TabInputText) || isShown(input.uri)) {
        continue;
      }
      const preview = this.get(input.uri);
      if (preview !== undefined && this.shown.delete(input.uri.toString())) {
        void this.client.sendNotification(ext.previewClose, { id: preview.id });
        this.changed.fire(input.uri);
      }
    }
  }

  dispose(): void {
    vscode.Disposable.from(...this.subscriptions).dispose();
  }
}

/** Editors guess the language by the path, which is that of the template. */
export async function asYaml(document: vscode.TextDocument): Promise<vscode.TextDocument> {
  const language = /\.ya?ml$/.test(document.uri.path) ? 'yaml' : 'plaintext';
  return document.languageId === language
    ? document
    : await vscode.languages.setTextDocumentLanguage(document, language);
}

/** What a preview was asked for with, from the URI that the server gave it. */
function sourceOf(preview: vscode.Uri): [vscode.Uri, ext.Scope] {
  const file = preview.with({ scheme: 'file', query: '' });
  return preview.query === 'scope=chart' ? [vscode.Uri.joinPath(file, '..'), 'chart'] : [file, 'template'];
}

function isShown(uri: vscode.Uri): boolean {
  const tabs = vscode.window.tabGroups.all.flatMap((group) => group.tabs);
  return tabs.some(({ input }) => input instanceof vscode.TabInputText && input.uri.toString() === uri.toString());
}
