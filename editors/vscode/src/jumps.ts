// The way between a line of a preview and what wrote it.
import * as vscode from 'vscode';
import type { LanguageClient } from 'vscode-languageclient/node';
import * as ext from './ext';
import type { Previews } from './previews';
import { PREVIEW } from './server';

export class Jumps implements vscode.Disposable, vscode.DefinitionProvider {
  private readonly subscriptions: vscode.Disposable[];
  /** Of several questions on the way only the last one moves the preview. */
  private question = 0;

  constructor(
    private readonly client: LanguageClient,
    private readonly previews: Previews,
  ) {
    this.subscriptions = [
      // Ctrl+click in a preview leads to the template, and hovering with Ctrl shows it.
      vscode.languages.registerDefinitionProvider({ scheme: PREVIEW }, this),
      vscode.window.onDidChangeTextEditorSelection(({ textEditor }) => void this.follow(textEditor)),
    ];
  }

  async provideDefinition(
    document: vscode.TextDocument,
    position: vscode.Position,
  ): Promise<vscode.Location | undefined> {
    const preview = this.previews.get(document.uri);
    if (preview === undefined) {
      return undefined;
    }
    const source = await this.client.sendRequest(ext.locateSource, { id: preview.id, line: position.line });
    return source === null ? undefined : this.client.protocol2CodeConverter.asLocation(source);
  }

  /** From the line with the cursor in a preview to what wrote it. */
  async toSource(editor: vscode.TextEditor): Promise<void> {
    const source = await this.provideDefinition(editor.document, editor.selection.active);
    if (source === undefined) {
      vscode.window.setStatusBarMessage('Chartroom: nothing in the chart wrote this line', 4000);
      return;
    }
    await show(source.uri, source.range);
  }

  /** From the cursor to the lines that it wrote; they are selected in the preview. */
  async toPreview(editor: vscode.TextEditor): Promise<void> {
    const place = { document: editor.document, position: editor.selection.active };
    for (const preview of visible()) {
      const [line] = await this.lines(preview, place.document, place.position);
      if (line !== undefined) {
        const range = preview.document.lineAt(Math.min(line, preview.document.lineCount - 1)).range;
        await show(preview.document.uri, range, preview.viewColumn);
        return;
      }
    }
    vscode.window.setStatusBarMessage('Chartroom: this wrote nothing in a visible preview', 4000);
  }

  /** To the place of the error that keeps a preview from being rendered. */
  async toError(preview: ext.Preview): Promise<void> {
    const error = preview.error;
    if (error?.uri === undefined) {
      await vscode.window.showErrorMessage(error?.message ?? 'Chartroom: the preview is up to date');
      return;
    }
    const range = error.range === undefined ? undefined : this.client.protocol2CodeConverter.asRange(error.range);
    await show(this.client.protocol2CodeConverter.asUri(error.uri), range);
  }

  /** Keeps in view what the cursor's place renders to. */
  private async follow(editor: vscode.TextEditor): Promise<void> {
    if (editor.document.uri.scheme !== 'file') {
      return;
    }
    const question = ++this.question;
    for (const preview of visible()) {
      const [line] = await this.lines(preview, editor.document, editor.selection.active);
      if (line !== undefined && question === this.question) {
        const range = new vscode.Range(line, 0, line, 0);
        preview.revealRange(range, vscode.TextEditorRevealType.InCenterIfOutsideViewport);
      }
    }
  }

  private async lines(
    editor: vscode.TextEditor,
    document: vscode.TextDocument,
    position: vscode.Position,
  ): Promise<number[]> {
    const preview = this.previews.get(editor.document.uri);
    if (preview === undefined || !isWithin(document.uri, preview)) {
      return [];
    }
    const { code2ProtocolConverter: to } = this.client;
    const textDocument = to.asTextDocumentIdentifier(document);
    const found = await this.client
      .sendRequest(ext.locateLines, { id: preview.id, textDocument, position: to.asPosition(position) })
      .catch(() => null);
    return found?.lines ?? [];
  }

  dispose(): void {
    vscode.Disposable.from(...this.subscriptions).dispose();
  }
}

/** Whether a file may have a part in a preview: it lies in the chart, or it is one of the target's values files. */
function isWithin(file: vscode.Uri, { target }: ext.Preview): boolean {
  const chart = vscode.Uri.parse(target.chart, true).path.replace(/\/?$/, '/');
  return file.path.startsWith(chart) || target.valuesFiles.some((it) => vscode.Uri.file(it).path === file.path);
}

function visible(): vscode.TextEditor[] {
  return vscode.window.visibleTextEditors.filter((it) => it.document.uri.scheme === PREVIEW);
}

/** Shows a place where its document is visible already, else in the first column. */
async function show(uri: vscode.Uri, selection?: vscode.Range, column?: vscode.ViewColumn): Promise<void> {
  const open = vscode.window.visibleTextEditors.find((it) => it.document.uri.toString() === uri.toString());
  const viewColumn = column ?? open?.viewColumn ?? vscode.ViewColumn.One;
  await vscode.window.showTextDocument(uri, { viewColumn, ...(selection === undefined ? {} : { selection }) });
}
