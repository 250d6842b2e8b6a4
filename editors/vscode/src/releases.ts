// The releases of the cluster as a tree, and the arguments of the server's commands.
//
// Nothing is asked of a cluster before somebody wants to see it: until then the view has a button and no content.
import * as vscode from 'vscode';
import type { LanguageClient } from 'vscode-languageclient/node';
import * as ext from './ext';
import type { Previews } from './previews';

const VIEW = 'chartroom.releases';

/** A release, or one of its revisions. */
interface Node {
  kind: 'release' | 'revision';
  it: ext.Revision;
}

export class Releases implements vscode.Disposable, vscode.TreeDataProvider<Node> {
  private readonly changed = new vscode.EventEmitter<void>();
  readonly onDidChangeTreeData = this.changed.event;
  private readonly view: vscode.TreeView<Node>;
  private readonly subscriptions: vscode.Disposable[];
  private isWanted = false;

  constructor(private readonly client: LanguageClient) {
    this.view = vscode.window.createTreeView(VIEW, { treeDataProvider: this, canSelectMany: true });
    this.subscriptions = [
      this.changed,
      this.view,
      client.onNotification(ext.releasesChanged, () => this.renew()),
    ];
  }

  private renew(): void {
    if (this.isWanted) {
      this.changed.fire();
    }
  }

  /** From now on releases are shown, and are asked for again. */
  async show(): Promise<void> {
    this.isWanted = true;
    await vscode.commands.executeCommand('setContext', 'chartroom.showsReleases', true);
    this.changed.fire();
  }

  async getChildren(node?: Node): Promise<Node[]> {
    if (!this.isWanted) {
      return [];
    }
    if (node !== undefined) {
      const revisions = await this.client.sendRequest(ext.historyRequest, id(node.it));
      return revisions.reverse().map((it) => ({ kind: 'revision', it }));
    }
    try {
      const { context, server, releases } = await this.client.sendRequest(ext.releasesRequest, {});
      this.view.description = context || server;
      this.view.message = releases.length === 0 ? `There are no releases in ${context || server}.` : '';
      return releases.map((it) => ({ kind: 'release', it }));
    } catch (error) {
      this.view.message = error instanceof Error ? error.message : String(error);
      return [];
    }
  }

  getTreeItem({ kind, it }: Node): vscode.TreeItem {
    const isRelease = kind === 'release';
    const { Collapsed, None } = vscode.TreeItemCollapsibleState;
    const item = new vscode.TreeItem(isRelease ? it.name : `${it.revision}`, isRelease ? Collapsed : None);
    item.id = isRelease ? `${it.namespace}/${it.name}` : `${it.namespace}/${it.name}/${it.revision}`;
    item.description = isRelease
      ? `${it.namespace}, revision ${it.revision} ${it.status}, ${it.chart}`
      : `${it.status}, ${it.chart}, ${it.description}`;
    item.tooltip = tooltip(it);
    item.iconPath = icon(it.status);
    item.contextValue = kind;
    if (kind === 'revision') {
      item.command = { command: 'chartroom.diffRevisions', title: 'Show What It Changed', arguments: [{ kind, it }] };
    }
    return item;
  }

  dispose(): void {
    vscode.Disposable.from(...this.subscriptions).dispose();
  }
}

const id = ({ namespace, name }: ext.Revision): ext.ReleaseId => ({ namespace, name });

const isNode = (it: unknown): it is Node =>
  typeof it === 'object' && it !== null && 'kind' in it && 'it' in it;

function tooltip(it: ext.Revision): vscode.MarkdownString {
  const text = new vscode.MarkdownString('', true);
  text.appendMarkdown('**').appendText(it.name).appendMarkdown('** ').appendText(`revision ${it.revision}`);
  for (const line of [it.status, it.updated, it.chart, it.appVersion && `app ${it.appVersion}`, it.description]) {
    if (line) {
      text.appendMarkdown('\n\n').appendText(line);
    }
  }
  return text;
}

function icon(status: string): vscode.ThemeIcon {
  switch (status) {
    case 'deployed':
      return new vscode.ThemeIcon('pass', new vscode.ThemeColor('testing.iconPassed'));
    case 'failed':
      return new vscode.ThemeIcon('error', new vscode.ThemeColor('testing.iconFailed'));
    case 'superseded':
    case 'uninstalled':
      return new vscode.ThemeIcon('history');
    default:
      return new vscode.ThemeIcon('sync');
  }
}

/** Commands for all releases of a helmfile, in its active environment. */
const OF_HELMFILES = new Set(['chartroom.diffAll', 'chartroom.applyAll', 'chartroom.fetchChart']);

const isNamed = (it: unknown): boolean => typeof it === 'object' && it !== null && ('name' in it || 'helmfile' in it);

/** What the server is told when one of its commands is run from a menu, the tree, a lens or the palette. */
export function argumentsOf(client: LanguageClient, previews: Previews, command: string, given: unknown[]): unknown[] {
  const [first, second] = given;
  if (isNode(first)) {
    return ofNodes(command, first, Array.isArray(second) ? second.filter(isNode) : []);
  }
  if (typeof first === 'string' || isNamed(first)) {
    return given;
  }
  if (command === 'chartroom.pickContext') {
    return [];
  }
  const editor = vscode.window.activeTextEditor;
  const uri = first instanceof vscode.Uri ? first : editor?.document.uri;
  if (uri === undefined) {
    throw new Error('open a file of the chart first');
  }
  if (OF_HELMFILES.has(command)) {
    return [{ helmfile: client.code2ProtocolConverter.asUri(uri) }];
  }
  const chart = previews.get(uri)?.target.chart;
  const of = chart ?? client.code2ProtocolConverter.asUri(uri);
  const isHere = editor !== undefined && editor.document.uri.toString() === uri.toString();
  const options: ext.CommandOptions =
    command === 'chartroom.openLive' && isHere
      ? { position: client.code2ProtocolConverter.asPosition(editor.selection.active) }
      : {};
  return [of, options];
}

/** Of two revisions that are selected the earlier one comes first; of one alone the one before it. */
function ofNodes(command: string, node: Node, selected: Node[]): unknown[] {
  const { it, kind } = node;
  if (kind === 'release') {
    return [id(it)];
  }
  const same = selected.filter((other) => other.kind === 'revision' && other.it.name === it.name);
  const revisions = [...same.map((other) => other.it.revision), it.revision].sort((a, b) => a - b);
  const [from, revision] = [revisions[0] ?? it.revision, revisions.at(-1) ?? it.revision];
  if (command === 'chartroom.diffRevisions' && from !== revision) {
    return [id(it), { from, revision }];
  }
  return [id(it), { revision: it.revision }];
}
