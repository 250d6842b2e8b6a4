// Corrects the language that editors guess by the path alone.
//
// Folders named `templates` are common outside of charts; their YAML stays YAML. Previews have the path of their
// template and are plain YAML as well. A document is corrected once while it is open: what a user picks afterwards stays.
import * as vscode from 'vscode';
import { asYaml } from './previews';
import { PREVIEW } from './server';

export function correctLanguages(): vscode.Disposable {
  const seen = new Set<string>();
  const correct = async (document: vscode.TextDocument): Promise<void> => {
    if (document.languageId !== 'helm' || seen.has(document.uri.toString())) {
      return;
    }
    seen.add(document.uri.toString());
    const { scheme } = document.uri;
    if (scheme === PREVIEW || (scheme === 'file' && !(await isInChart(document.uri)))) {
      await asYaml(document);
    }
  };
  // Picking a language closes a document and opens it in the same moment; a document that is gone later was closed.
  const forget = ({ uri }: vscode.TextDocument): void => {
    setTimeout(() => isOpen(uri) || seen.delete(uri.toString()));
  };
  vscode.workspace.textDocuments.forEach((document) => void correct(document));
  return vscode.Disposable.from(
    vscode.workspace.onDidOpenTextDocument((document) => void correct(document)),
    vscode.workspace.onDidCloseTextDocument(forget),
  );
}

const isOpen = (uri: vscode.Uri): boolean =>
  vscode.workspace.textDocuments.some((document) => document.uri.toString() === uri.toString());

/** Whether one of the folders around a file is a chart. */
async function isInChart(file: vscode.Uri): Promise<boolean> {
  for (let folder = vscode.Uri.joinPath(file, '..'); ; folder = vscode.Uri.joinPath(folder, '..')) {
    const chart = vscode.Uri.joinPath(folder, 'Chart.yaml');
    if (await vscode.workspace.fs.stat(chart).then(() => true, () => false)) {
      return true;
    }
    if (folder.path === vscode.Uri.joinPath(folder, '..').path) {
      return false;
    }
  }
}
