import { join } from 'node:path'
import { must } from './must.ts'

/** The images scripts/make-images.sh makes; no registry is needed for any of them. */
export const images = {
  busybox: 'berth/busybox:local',
  node: 'berth/node:local',
  nginx: 'berth/nginx:local',
  postgres: 'berth/postgres:local',
  mariadb: 'berth/mariadb:local',
  redis: 'berth/redis:local',
  nats: 'berth/nats:local',
  caddy: 'berth/caddy:local',
  traefik: 'berth/traefik:local',
} as const

const script = join(import.meta.dirname, '..', '..', 'scripts', 'make-images.sh')

/** Brings images into the engine (`DOCKER_HOST` in `env` picks another one); 50 ms where they are there already. */
export async function ensureImages(names: readonly (keyof typeof images)[], env = process.env): Promise<void> {
  await must([script, ...names], { env })
}
