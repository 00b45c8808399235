import type { CertificateRecord } from '../deploy/certificates/model.ts'
import type { JobRunRecord } from '../deploy/jobs/model.ts'
import type { AppRecord, DeploymentRecord, ReleaseRecord } from '../deploy/model.ts'

/** Apps, their releases and deployments on this machine. Every method is one transaction. */
export interface DeployStore {
  /** By name. */
  apps(): Promise<AppRecord[]>
  app(context: string, name: string): Promise<AppRecord | undefined>
  /** Adds the app, or replaces what is known of it. */
  saveApp(app: AppRecord): Promise<void>
  /** Removes an app with its releases and deployments. Harmless when it is gone. */
  removeApp(id: string): Promise<void>
  /** Of one app (its id), the newest first. */
  releases(app: string): Promise<ReleaseRecord[]>
  saveRelease(release: ReleaseRecord): Promise<void>
  removeRelease(app: string, id: string): Promise<void>
  /** Of one app (its id), the newest first. */
  deployments(app: string): Promise<DeploymentRecord[]>
  saveDeployment(deployment: DeploymentRecord): Promise<void>
  /** By domain. */
  certificates(): Promise<CertificateRecord[]>
  saveCertificate(certificate: CertificateRecord): Promise<void>
  removeCertificate(domain: string): Promise<void>
  /** Runs of jobs and single commands of one app (its id), the newest first. */
  jobRuns(app: string): Promise<JobRunRecord[]>
  saveJobRun(run: JobRunRecord): Promise<void>
  removeJobRun(id: string): Promise<void>
}
