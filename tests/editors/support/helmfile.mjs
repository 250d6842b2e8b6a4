// A folder with a helmfile, the guide's chart beside it, and a chart repository on this machine.
import fs from 'node:fs';
import http from 'node:http';
import path from 'node:path';
import { CHART } from './places.mjs';

const INDEX = `apiVersion: v1
entries:
  cache:
    - { apiVersion: v2, name: cache, version: 1.2.0, description: Keeps things for a while, appVersion: "7.4", urls: [cache-1.2.0.tgz] }
    - { apiVersion: v2, name: cache, version: 1.0.0, description: Keeps things for a while, appVersion: "7.0", urls: [cache-1.0.0.tgz] }
generated: "2026-01-01T00:00:00Z"
`;

const RELEASE = 'devops-network';

/** Several releases of the chart would quarrel about its one service account. */
const ownAccount = (release) => `      - name: serviceAccount.name
        value: ${release}
`;

const helmfile = (port, namespace, release) => `environments:
  dev:
    values: [dev.yaml]
  prod:
    values: [prod.yaml]
---
repositories:
  - name: shop
    url: http://127.0.0.1:${port}
releases:
  - name: ${release}
    namespace: ${namespace}
    chart: ./devops-network
    values:
      - devops-network/dev.values.yaml
    set:
      - name: image.tag
        value: {{ .Values.tag | quote }}
${release === RELEASE ? '' : ownAccount(release)}  - name: cache
    namespace: ${namespace}
    chart: shop/cache
    version: 1.0.0
    installed: {{ eq .Environment.Name "prod" }}
`;

/** Starts the repository; it ends with this process. The answer is its port. */
export async function startRepository() {
  const server = http.createServer((request, response) => {
    const isIndex = request.url === '/index.yaml';
    response.writeHead(isIndex ? 200 : 404).end(isIndex ? INDEX : '');
  });
  await new Promise((done) => server.listen(0, '127.0.0.1', done));
  server.unref();
  return server.address().port;
}

/** Writes the helmfile with one release of the chart. A chart that is there already stays as it is. */
export function writeHelmfile(folder, port, namespace = 'shop', release = RELEASE) {
  const chart = path.join(folder, 'devops-network');
  if (!fs.existsSync(chart)) fs.cpSync(CHART, chart, { recursive: true });
  fs.writeFileSync(path.join(folder, 'helmfile.yaml.gotmpl'), helmfile(port, namespace, release));
  fs.writeFileSync(path.join(folder, 'dev.yaml'), 'tag: dev-1\n');
  fs.writeFileSync(path.join(folder, 'prod.yaml'), 'tag: prod-1\n');
}
