import type { Kysely } from 'kysely'
import type { CertificateRecord } from '../../core/deploy/certificates/model.ts'
import type { JobRunRecord } from '../../core/deploy/jobs/model.ts'
import type { AppRecord, DeploymentRecord, ReleaseRecord } from '../../core/deploy/model.ts'
import type { DeployStore } from '../../core/ports/deploy-store.ts'
import type { Tables } from './tables.ts'

/** Apps, releases and deployments in the state database. */
export function deployRows(query: Kysely<Tables>): DeployStore {
  return {
    ...appRows(query),
    ...releaseRows(query),
    ...deploymentRows(query),
    ...certificateRows(query),
    ...jobRunRows(query),
  }
}

function appRows(query: Kysely<Tables>): Pick<DeployStore, 'apps' | 'app' | 'saveApp' | 'removeApp'> {
  return {
    async apps() {
      const rows = await query.selectFrom('app').select('record').orderBy('name').orderBy('context').execute()
      return rows.map(({ record }) => JSON.parse(record) as AppRecord)
    },
    async app(context, name) {
      const row = await query
        .selectFrom('app')
        .select('record')
        .where('context', '=', context)
        .where('name', '=', name)
        .executeTakeFirst()
      return row && (JSON.parse(row.record) as AppRecord)
    },
    async saveApp(app) {
      const { id, context, name } = app
      await query
        .replaceInto('app')
        .values({ id, context, name, record: JSON.stringify(app) })
        .execute()
    },
    async removeApp(id) {
      await query.transaction().execute(async (inOne) => {
        await inOne.deleteFrom('deployment').where('app', '=', id).execute()
        await inOne.deleteFrom('job_run').where('app', '=', id).execute()
        await inOne.deleteFrom('release').where('app', '=', id).execute()
        await inOne.deleteFrom('app').where('id', '=', id).execute()
      })
    },
  }
}

function releaseRows(query: Kysely<Tables>): Pick<DeployStore, 'releases' | 'saveRelease' | 'removeRelease'> {
  return {
    async releases(app) {
      const rows = await query
        .selectFrom('release')
        .select('record')
        .where('app', '=', app)
        .orderBy('number', 'desc')
        .execute()
      return rows.map(({ record }) => JSON.parse(record) as ReleaseRecord)
    },
    async saveRelease(release) {
      const { id, app, number } = release
      await query
        .replaceInto('release')
        .values({ id, app, number, record: JSON.stringify(release) })
        .execute()
    },
    async removeRelease(app, id) {
      await query.deleteFrom('release').where('app', '=', app).where('id', '=', id).execute()
    },
  }
}

function deploymentRows(query: Kysely<Tables>): Pick<DeployStore, 'deployments' | 'saveDeployment'> {
  return {
    async deployments(app) {
      const rows = await query
        .selectFrom('deployment')
        .select('record')
        .where('app', '=', app)
        .orderBy('started_at', 'desc')
        .orderBy('id')
        .execute()
      return rows.map(({ record }) => JSON.parse(record) as DeploymentRecord)
    },
    async saveDeployment(deployment) {
      const { id, app, startedAt } = deployment
      const values = { id, app, started_at: startedAt, record: JSON.stringify(deployment) }
      await query.replaceInto('deployment').values(values).execute()
    },
  }
}

function certificateRows(
  query: Kysely<Tables>,
): Pick<DeployStore, 'certificates' | 'saveCertificate' | 'removeCertificate'> {
  return {
    async certificates() {
      const rows = await query.selectFrom('certificate').select('record').orderBy('domain').execute()
      return rows.map(({ record }) => JSON.parse(record) as CertificateRecord)
    },
    async saveCertificate(certificate) {
      const values = { domain: certificate.domain, record: JSON.stringify(certificate) }
      await query.replaceInto('certificate').values(values).execute()
    },
    async removeCertificate(domain) {
      await query.deleteFrom('certificate').where('domain', '=', domain).execute()
    },
  }
}

function jobRunRows(query: Kysely<Tables>): Pick<DeployStore, 'jobRuns' | 'saveJobRun' | 'removeJobRun'> {
  return {
    async jobRuns(app) {
      const rows = await query
        .selectFrom('job_run')
        .select('record')
        .where('app', '=', app)
        .orderBy('started_at', 'desc')
        .orderBy('id')
        .execute()
      return rows.map(({ record }) => JSON.parse(record) as JobRunRecord)
    },
    async saveJobRun(run) {
      const { id, app, startedAt } = run
      const values = { id, app, started_at: startedAt, record: JSON.stringify(run) }
      await query.replaceInto('job_run').values(values).execute()
    },
    async removeJobRun(id) {
      await query.deleteFrom('job_run').where('id', '=', id).execute()
    },
  }
}
