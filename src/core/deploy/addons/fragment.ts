import { AppError } from '../../errors.ts'
import type { ComposeModel } from '../../ports/compose-model.ts'
import type { BundledJob } from '../jobs/model.ts'
import { type PackName, type Pipes, packOf, prefixOf } from './packs.ts'

/** Something added to an app, as it is kept: nothing of it is secret. */
export interface Addon {
  /** Name of the service; also the first part of the names of its variables. */
  name: string
  pack: PackName | 'backup'
  /** In place of the pack's. */
  image?: string | undefined
  /** Cron expression; of `backup` alone. */
  schedule?: string | undefined
  /** Dumps that are kept; of `backup` alone. */
  keep?: number | undefined
  /** false: its data is in no dump. */
  dump?: boolean | undefined
}

/** An add-on whose data can be dumped, as a release carries it. */
export type BundledAddon = PipedAddon | ArchivedAddon

/** One whose own programs dump it. */
export interface PipedAddon extends Pipes {
  name: string
}

/** One whose data is copied as it lies there, while it is stopped. */
export interface ArchivedAddon {
  name: string
  /** Absolute path of the data in its container. */
  archive: string
}

/** Dumps that are kept unless said. */
export const usualKeep = 7

/** The services of the add-ons as a compose file. Their passwords stand as variables. */
export function fragmentOf(addons: readonly Addon[]): object {
  const servers = addons.flatMap(({ name, pack, image }) => (pack === 'backup' ? [] : [{ name, pack, image }]))
  return {
    services: Object.fromEntries(servers.map(({ name, pack, image }) => [name, serviceOf(name, pack, image)])),
    volumes: Object.fromEntries(servers.map(({ name }) => [`${name}-data`, {}])),
    configs: Object.fromEntries(
      servers.flatMap(({ name, pack }) => {
        const { config } = packOf(pack)
        return config === undefined ? [] : [[`${name}-config`, { content: doubled(config.text) }]]
      }),
    ),
  }
}

/** Compose reads `$` in every text. */
const doubled = (text: string) => text.replaceAll('$', '$$$$')

function serviceOf(name: string, pack: PackName, image: string | undefined): object {
  const { image: usual, command, config, environment, healthcheck, port, data } = packOf(pack)
  const secret = `\${${prefixOf(name)}_PASSWORD}`
  const fill = (text: string) => doubled(text).replaceAll('{PASSWORD}', () => secret)
  return {
    image: image ?? usual,
    ...(command && { command: command.map(fill) }),
    environment: Object.fromEntries(Object.entries(environment).map(([key, value]) => [key, fill(value)])),
    expose: [String(port)],
    volumes: [`${name}-data:${data}`],
    ...(config && { configs: [{ source: `${name}-config`, target: config.target }] }),
    healthcheck: { test: healthcheck.map(doubled), interval: '2s', retries: 30 },
    restart: 'unless-stopped',
    stop_grace_period: '30s',
  }
}

/** Refuses an add-on in the place of something the project has itself: nothing of either would be sure. Throws ADDON_CLASH. */
export function refuseClashes(own: ComposeModel, addons: readonly Addon[]): void {
  for (const { name, pack } of addons) {
    if (pack === 'backup') continue
    const clash =
      name in own.services
        ? `a service ${name}`
        : `${name}-data` in (own.volumes ?? {})
          ? `a volume ${name}-data`
          : undefined
    if (clash === undefined) continue
    throw new AppError('ADDON_CLASH', `the compose file has ${clash} itself, and the add-on ${name} would be another`, {
      stage: 'bundle',
      details: { addon: name, clash },
    })
  }
}

/** Those whose data can be dumped. */
export function dumpable(addons: readonly Addon[]): BundledAddon[] {
  return addons.flatMap(({ name, pack, dump }): BundledAddon[] => {
    if (pack === 'backup' || dump === false) return []
    const { dumps, data } = packOf(pack)
    return [dumps === 'while-stopped' ? { name, archive: data } : { name, ...dumps }]
  })
}

/** The dumps by the clock, as jobs. */
export function backupJobs(addons: readonly Addon[]): BundledJob[] {
  return addons.flatMap(({ name, pack, schedule, keep }) =>
    pack === 'backup'
      ? [
          {
            name,
            service: '',
            command: null,
            schedule: schedule ?? '0 3 * * *',
            missed: 'run' as const,
            timeoutSeconds: 3600,
            backup: { keep: keep ?? usualKeep },
          },
        ]
      : [],
  )
}
