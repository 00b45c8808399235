/** One line of the Prometheus text format: `name{label="value"} 3`. */
export interface MetricSample {
  labels: Readonly<Record<string, string>>
  value: number
}

/** The samples of one metric (https://prometheus.io/docs/instrumenting/exposition_formats/), in order. */
export function readMetric(text: string, name: string): MetricSample[] {
  return text.split('\n').flatMap((line) => {
    const found = line.startsWith(name) ? /^\{(?<labels>.*)\} (?<value>\S+)/.exec(line.slice(name.length)) : null
    if (!found?.groups) return []
    const { labels = '', value } = found.groups
    const pairs = [...labels.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)].map(
      ([, key = '', text = '']) => [key, text] as const,
    )
    return [{ labels: Object.fromEntries(pairs), value: Number(value) }]
  })
}
