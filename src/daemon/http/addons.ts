import { frameHeader, frameStreams, frameTypes, jsonFrame, writeFrameHeader } from '../../contract/frames.ts'
import { backUpApp, restoreApp } from '../../core/deploy/addons/backup.ts'
import { type DumpPiece, readDump, takePiece } from '../../core/deploy/addons/carry-dumps.ts'
import { listBackups } from '../../core/deploy/addons/dumps-of.ts'
import { addAddon, keptAddons, removeAddon } from '../../core/deploy/addons/keep.ts'
import { checkAppName } from '../../core/deploy/app-name.ts'
import { requireApp } from '../../core/deploy/apps.ts'
import { faultOfSchedule } from '../../core/deploy/jobs/due.ts'
import { AppError } from '../../core/errors.ts'
import type { DaemonDeps } from '../dependencies.ts'
import { frameStream } from '../streams/frame-stream.ts'
import type { Handlers } from './app.ts'

type AddonRoutes =
  | Extract<keyof Handlers, `addon.${string}` | `dump.${string}`>
  | 'app.backup'
  | 'app.backups'
  | 'app.restore'

/** Routes of add-ons → use cases. */
export function addonHandlers(deps: DaemonDeps): Pick<Handlers, AddonRoutes> {
  return {
    'addon.add': async ({ context, app, addon, identity }) => {
      checkAppName(app)
      const fault = addon.schedule === undefined ? null : faultOfSchedule(addon.schedule)
      if (fault !== null) throw new AppError('JOB_INVALID', `"${addon.schedule}" is no cron expression: ${fault}`)
      return { addon, secrets: await addAddon(deps, { context, app, identity }, addon) }
    },
    'addon.remove': async ({ addon, ...of }) => {
      checkAppName(of.app)
      await removeAddon(deps, of, addon)
      return { removed: addon }
    },
    'addon.list': async (of) => {
      checkAppName(of.app)
      return { addons: await keptAddons(deps, of) }
    },
    'app.backup': async ({ context, app, ...request }, scope) => ({
      backups: await backUpApp(deps, await requireApp(deps, context, app), request, scope),
    }),
    'app.backups': async ({ context, app }) => ({
      backups: await listBackups(deps, await requireApp(deps, context, app)),
    }),
    'app.restore': (input, scope) => restoreApp(deps, input, scope),
    'dump.read': async (input) => frameStream(readDump(deps, input), (piece) => [frameOf(piece)]),
    'dump.send': async ({ base64, ...input }) => ({
      bytes: await takePiece(deps, { ...input, bytes: Buffer.from(base64, 'base64') }),
    }),
  }
}

function frameOf(piece: DumpPiece): Buffer {
  if (!(piece instanceof Uint8Array)) return jsonFrame(frameTypes.event, piece)
  const frame = Buffer.concat([Buffer.alloc(frameHeader), piece])
  return writeFrameHeader(frame, frameTypes.output, 0, frameStreams.stdout)
}
