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
  /** URI of the helmfile whose release it is, if it is one's. */
  helmfile?: string;
  /** URI of the chart's folder; of an environment of a helmfile, the helmfile. */
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
  /** Whose answers templates saw, if they saw any of a cluster. */
  cluster?: ClusterAnswers;
}

export interface ClusterAnswers {
  /** `kind-dev / shop` */
  place: string;
  /** When it was asked, in milliseconds since 1970. */
  taken: number;
  /** How many lookups it was not asked for yet. */
  notAsked: number;
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

/** Names a release in the cluster. */
export interface ReleaseId {
  namespace: string;
  name: string;
}

/** A release of a helmfile; without a name all of them, without an environment in the active one. */
export interface HelmfileRelease {
  helmfile: string;
  environment?: string;
  release?: string;
}

/** Which release a command is about: that of the chart of a file, by the file's URI, one of a helmfile, or one by name. */
export type ReleaseOf = string | HelmfileRelease | ReleaseId;

export interface CommandOptions {
  revision?: number;
  from?: number;
  position?: Position;
}

/** What a command for releases answers. */
export interface Outcome {
  state: 'shown' | 'done' | 'declined' | 'failed';
  message: string;
  revision?: number;
  uri?: string;
}

/** An object that changes: `before` is missing if it is made, `after` if it goes. */
export interface ShownObject {
  label: string;
  change: string;
  before?: string;
  after?: string;
  /** The places in templates that write what differs. */
  sources: Location[];
}

export interface ShownPlan {
  title: string;
  place: string;
  counts: string;
  remarks: string[];
  refused?: string;
  /** All of it as one text. */
  uri: string;
  objects: ShownObject[];
}

export const showPlan = new NotificationType<ShownPlan>('chartroom/showPlan');

/** A question to the user; without choices something is to be typed. */
export interface AskParams {
  title: string;
  /** It is about something that was just shown: it stays until it is answered. */
  stays: boolean;
  choices?: { label: string; description?: string }[];
}

export const ask = new RequestType<AskParams, { text?: string }, void>('chartroom/ask');

/** A revision; in a list of releases the last one of each. */
export interface Revision extends ReleaseId {
  revision: number;
  status: string;
  chart: string;
  appVersion: string;
  updated: string;
  description: string;
}

export interface Releases {
  context: string;
  server: string;
  releases: Revision[];
}

export const releasesRequest = new RequestType<{ namespace?: string }, Releases, void>('chartroom/releases');
export const historyRequest = new RequestType<ReleaseId, Revision[], void>('chartroom/history');
export const releasesChanged = new NotificationType<{ context: string }>('chartroom/releasesChanged');
