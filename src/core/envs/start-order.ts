import { composeLabels } from '../labels.ts'
import type { EngineContainer } from '../ports.ts'

/**
 * Containers in the order they start: waves, each after those it depends on (`depends_on`). What is not among them does
 * not count, and a circle starts at once.
 */
export function startOrder(containers: readonly EngineContainer[]): EngineContainer[][] {
  const waves: EngineContainer[][] = []
  let left = [...containers]
  while (left.length > 0) {
    const waiting = new Set(left.map(serviceOf))
    const free = left.filter((container) => dependenciesOf(container).every((service) => !waiting.has(service)))
    const wave = free.length > 0 ? free : left
    waves.push(wave)
    left = left.filter((container) => !wave.includes(container))
  }
  return waves
}

const serviceOf = ({ labels, name }: EngineContainer) => labels[composeLabels.service] ?? name

/** Compose writes them as `db:service_healthy:false,cache:service_started:true`. */
function dependenciesOf(container: EngineContainer): string[] {
  const services = (container.labels[composeLabels.dependsOn] ?? '')
    .split(',')
    .map((entry) => entry.split(':')[0] ?? '')
  return services.filter((service) => service !== '' && service !== serviceOf(container))
}
