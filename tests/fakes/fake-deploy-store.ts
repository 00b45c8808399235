import type { CertificateRecord } from '../../src/core/deploy/certificates/model.ts'
import type { JobRunRecord } from '../../src/core/deploy/jobs/model.ts'
import type { AppRecord, DeploymentRecord, ReleaseRecord } from '../../src/core/deploy/model.ts'
import type { DeployStore } from '../../src/core/ports/deploy-store.ts'

/** Apps, releases and deployments in memory. */
export function createFakeDeployStore(): DeployStore {
  const apps = new Map<string, AppRecord>()
  const releases = new Map<string, ReleaseRecord>()
  const deployments = new Map<string, DeploymentRecord>()
  const certificates = new Map<string, CertificateRecord>()
  const runs = new Map<string, JobRunRecord>()
  const copies = <T>(map: Map<string, T>) => structuredClone([...map.values()])
  return {
    apps: async () => copies(apps).sort((one, other) => (one.name < other.name ? -1 : 1)),
    app: async (context, name) => copies(apps).find((app) => app.context === context && app.name === name),
    saveApp: async (app) => void apps.set(app.id, structuredClone(app)),
    removeApp: async (id) => {
      apps.delete(id)
      for (const [key, { app }] of runs) if (app === id) runs.delete(key)
      for (const [key, { app }] of releases) if (app === id) releases.delete(key)
      for (const [key, { app }] of deployments) if (app === id) deployments.delete(key)
    },
    releases: async (id) =>
      copies(releases)
        .filter(({ app }) => app === id)
        .sort((one, other) => other.number - one.number),
    saveRelease: async (release) => void releases.set(`${release.app} ${release.id}`, structuredClone(release)),
    removeRelease: async (app, id) => void releases.delete(`${app} ${id}`),
    deployments: async (id) =>
      copies(deployments)
        .filter(({ app }) => app === id)
        .sort((one, other) => (one.startedAt < other.startedAt ? 1 : -1)),
    certificates: async () => copies(certificates).sort((one, other) => (one.domain < other.domain ? -1 : 1)),
    saveCertificate: async (record) => void certificates.set(record.domain, structuredClone(record)),
    removeCertificate: async (domain) => void certificates.delete(domain),
    jobRuns: async (id) =>
      copies(runs)
        .filter(({ app }) => app === id)
        .sort((one, other) => (one.startedAt < other.startedAt ? 1 : -1)),
    saveJobRun: async (run) => void runs.set(run.id, structuredClone(run)),
    removeJobRun: async (id) => void runs.delete(id),
    saveDeployment: async (deployment) => void deployments.set(deployment.id, structuredClone(deployment)),
  }
}
