import { expect, test } from 'vitest'
import { readMetric } from './prometheus.ts'

const text = `# HELP requests_total Requests.
# TYPE requests_total counter
requests_total{code="200",service="shop@file"} 12
requests_total{code="502",service="a \\"b\\""} 1e+03
requests_total_more{code="200"} 7
`

test('samples of one metric, and of no other whose name begins alike', () => {
  expect(readMetric(text, 'requests_total')).toEqual([
    { labels: { code: '200', service: 'shop@file' }, value: 12 },
    { labels: { code: '502', service: 'a \\"b\\"' }, value: 1000 },
  ])
  expect(readMetric(text, 'missing')).toEqual([])
})
