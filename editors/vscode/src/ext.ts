// What Chartroom adds to the protocol. It mirrors `server/lsp/src/ext.rs`, which is the only source.
import {
  type Location,
  NotificationType,
  type Position,
  type Range,
  RequestType,
  type TextDocumentIdentifier,
} from 'vscode-languageclient';

export type Scope = 'template' | 'chart';

export interface PreviewParams {
  textDocument: TextDocumentIdentifier;
  scope: Scope;
}

/** What a chart is rendered for. */
export interface Target {
  name: string;
  releaseName: string;
  namespace: string;
  /** Of two that say something, the later one counts. */
  valuesFiles: string[];
  /** URI of the chart's folder. */
  chart: string;
}

export interface PreviewError {
  message: string;
  uri?: string;
  range?: Range;
}

/** A rendering. */
export interface Preview {
  id: string;
  /** URI of the virtual document that shows it. */
  uri: string;
  /** Grows with every change. */
  revision: number;
  text: string;
  /** `stale`: the last good text; `error`: there never was one, this is what was rendered up to the error. */
  status: 'ok' | 'stale' | 'error';
  error?: PreviewError;
  target: Target;
}

export interface Targets {
  /** Name of the active one. */
  active: string;
  targets: Target[];
}

/** Renders, and from then on `previewChanged` follows. */
export const previewRequest = new RequestType<PreviewParams, Preview, void>('chartroom/preview');
export const previewChanged = new NotificationType<Preview>('chartroom/previewChanged');
export const previewClose = new NotificationType<{ id: string }>('chartroom/previewClose');

/** From a line of a preview to what wrote it. */
export const locateSource = new RequestType<{ id: string; line: number }, Location | null, void>(
  'chartroom/previewLocate',
);
/** From a place in a file to the lines of a preview that it wrote. */
export const locateLines = new RequestType<
  { id: string; textDocument: TextDocumentIdentifier; position: Position },
  { lines: number[] },
  void
>('chartroom/previewLocate');

export const targetsRequest = new RequestType<{ textDocument: TextDocumentIdentifier }, Targets, void>(
  'chartroom/targets',
);
export const setTarget = new RequestType<{ textDocument: TextDocumentIdentifier; name: string }, null, void>(
  'chartroom/setTarget',
);
export const targetChanged = new NotificationType<{ chart: string; target: Target }>('chartroom/targetChanged');
