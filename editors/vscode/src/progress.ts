// How far a deployment is, where it is seen and can be stopped. The library would show it as a word in the status bar.
import * as vscode from 'vscode';
import {
  type HandleWorkDoneProgressSignature,
  type LanguageClient,
  type ProgressToken,
  type WorkDoneProgressBegin,
  WorkDoneProgressCancelNotification,
  type WorkDoneProgressEnd,
  type WorkDoneProgressReport,
} from 'vscode-languageclient/node';

type Params = WorkDoneProgressBegin | WorkDoneProgressReport | WorkDoneProgressEnd;
type Report = vscode.Progress<{ message?: string; increment?: number }>;

interface Running {
  report?: Report;
  percentage: number;
  end: () => void;
}

export class Progresses {
  private readonly running = new Map<ProgressToken, Running>();

  constructor(private readonly client: () => LanguageClient) {}

  handle(token: ProgressToken, params: Params, next: HandleWorkDoneProgressSignature): void {
    const running = this.running.get(token);
    if (params.kind === 'begin' && params.cancellable === true) {
      this.begin(token, params.title);
    } else if (running === undefined) {
      next(token, params);
    } else if (params.kind === 'report') {
      // The bar only grows, also where something that was ready is no longer.
      const increment = Math.max(0, (params.percentage ?? 0) - running.percentage);
      running.percentage += increment;
      running.report?.report({ message: params.message ?? '', increment });
    } else {
      this.running.delete(token);
      running.end();
    }
  }

  private begin(token: ProgressToken, title: string): void {
    const ended = new Promise<void>((end) => this.running.set(token, { percentage: 0, end }));
    const options = { location: vscode.ProgressLocation.Notification, cancellable: true, title };
    void vscode.window.withProgress(options, (report, cancelled) => {
      const running = this.running.get(token);
      if (running !== undefined) {
        running.report = report;
      }
      cancelled.onCancellationRequested(() => {
        void this.client().sendNotification(WorkDoneProgressCancelNotification.type, { token });
      });
      return ended;
    });
  }
}
