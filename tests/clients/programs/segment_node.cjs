// Sends with @segment/analytics-node: HOST KEY USER.
const { Analytics } = require('@segment/analytics-node')

const [host, writeKey, user] = process.argv.slice(2)

async function send(who, flushAt) {
  const client = new Analytics({ writeKey, host, flushAt, maxRetries: 3 })
  client.identify({ userId: who, traits: { email: `${who}@example.com`, name: 'Ana Müller', plan: 'pro' } })
  client.track({ userId: who, event: 'Order Completed', properties: { revenue: 39.95 }, timestamp: new Date('2024-05-17') })
  client.page({ userId: who, category: 'Docs', name: 'Pricing', properties: { url: 'https://example.com/pricing' } })
  client.screen({ userId: who, category: 'App', name: 'Home' })
  client.group({ userId: who, groupId: `${user}-acme`, traits: { name: 'Acme' } })
  client.alias({ userId: who, previousId: `${who}-visitor` })
  client.track({ anonymousId: `${who}-visitor`, event: 'Looked' })
  await client.closeAndFlush({ timeout: 20000 })
}

send(`${user}-False`, 20).then(() => send(`${user}-True`, 1))
