// What the server wants to show before it does something in a cluster, and what it asks on the way.
import * as vscode from 'vscode';
import type { LanguageClient } from 'vscode-languageclient/node';
import * as ext from './ext';
import { RELEASE } from './server';

export class Plans implements vscode.Disposable, vscode.DefinitionProvider {
  private readonly subscriptions: vscode.Disposable[];
  /** The objects of what was shown last, by the URIs of their documents. */
  private objects = new Map<string, ext.ShownObject>();

  constructor(private readonly client: LanguageClient) {
    this.subscriptions = [
      client.onNotification(ext.showPlan, (plan) => void this.show(plan)),
      client.onRequest(ext.ask, ask),
      // Ctrl+click in an object that changes leads to the templates that write what differs.
      vscode.languages.registerDefinitionProvider({ scheme: RELEASE }, this),
    ];
  }

  provideDefinition(document: vscode.TextDocument): vscode.Location[] {
    const object = this.objects.get(document.uri.toString());
    return (object?.sources ?? []).map((source) => this.client.protocol2CodeConverter.asLocation(source));
  }

  /** Both sides of every object in one editor; a plan that changes nothing as its text. */
  private async show(plan: ext.ShownPlan): Promise<void> {
    const sides = plan.objects.map(({ before, after }) => [uri(after ?? before), uri(before), uri(after)]);
    this.objects = new Map(plan.objects.flatMap((it) => [it.before, it.after].map((side) => [`${uri(side)}`, it])));
    if (plan.refused !== undefined || sides.length === 0) {
      await vscode.window.showTextDocument(vscode.Uri.parse(plan.uri, true), { preview: true });
      return;
    }
    const title = `${plan.title} (${plan.place}): ${plan.counts}`;
    await vscode.commands.executeCommand('vscode.changes', title, sides);
  }

  dispose(): void {
    vscode.Disposable.from(...this.subscriptions).dispose();
  }
}

const uri = (text: string | undefined): vscode.Uri | undefined =>
  text === undefined ? undefined : vscode.Uri.parse(text, true);

async function ask({ title, choices, stays }: ext.AskParams): Promise<{ text?: string }> {
  const text = await answer(title, choices, stays);
  return text === undefined ? {} : { text };
}

async function answer(title: string, choices: ext.AskParams['choices'], stays: boolean): Promise<string | undefined> {
  if (choices === undefined) {
    return vscode.window.showInputBox({ prompt: title, ignoreFocusOut: true });
  }
  if (stays) {
    return agreement(title, choices.map((it) => it.label));
  }
  return (await vscode.window.showQuickPick(choices, { title, matchOnDescription: true }))?.label;
}

/**
 * Asks for a yes while a plan is being read. A message leaves the screen after a while; what stays is an item in the status
 * bar, which asks again.
 */
async function agreement(message: string, words: string[]): Promise<string | undefined> {
  const command = `chartroom.answer.${++questions}`;
  const bar = vscode.window.createStatusBarItem(command, vscode.StatusBarAlignment.Left, 49);
  bar.name = 'Helm question';
  bar.text = `$(question) ${words[0]}?`;
  bar.tooltip = message;
  bar.command = command;
  bar.backgroundColor = new vscode.ThemeColor('statusBarItem.warningBackground');
  bar.show();
  let asking: vscode.Disposable | undefined;
  try {
    return await new Promise((resolve) => {
      asking = vscode.commands.registerCommand(command, async () => {
        const offered = words.filter((it) => it !== 'Cancel');
        resolve(await vscode.window.showWarningMessage(message, { modal: true }, ...offered));
      });
      void vscode.window.showInformationMessage(message, ...words).then(resolve);
    });
  } finally {
    asking?.dispose();
    bar.dispose();
  }
}

let questions = 0;
