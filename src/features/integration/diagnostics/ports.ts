/** Where a web server is usual. Of all other ports below 1024 none is ever connected to. */
const webPorts: ReadonlySet<number> = new Set([80, 443, 8080, 8443]);

/** Ports from 1024 that are known for something else than a web server for people; none of them is ever connected to. */
const servicePorts: readonly [string, readonly number[]][] = [
  // SQL Server, Oracle, Firebird
  ['a database', [1433, 1434, 1521, 1526, 2483, 2484, 3050]],
  // MySQL and its X protocol, PostgreSQL, PgBouncer, Db2, CockroachDB
  ['a database', [3306, 33060, 5432, 5433, 6432, 50000, 26257]],
  // CouchDB, Cassandra, Neo4j, InfluxDB, Elasticsearch, MongoDB
  ['a database', [5984, 6984, 7000, 7001, 7199, 9042, 9160, 7474, 7687, 8086, 9200, 9300, 27017, 27018, 27019]],
  // Redis, its bus and Sentinel, memcached
  ['a cache', [6379, 6380, 16379, 26379, 11211]],
  // SMTP, ManageSieve
  ['a mail server', [2525, 4190]],
  // the global catalog of Active Directory
  ['a directory', [3268, 3269]],
  // MQTT, AMQP, RabbitMQ, Kafka, STOMP, ActiveMQ
  ['a message queue', [1883, 8883, 5671, 5672, 15672, 9092, 9093, 61613, 61616]],
  // SOCKS, Squid
  ['a proxy', [1080, 3128]],
  // NFS
  ['a file server', [2049]],
  // Remote Desktop, VNC, Windows Remote Management, Java RMI, Erlang
  ['the control of machines', [3389, 5900, 5901, 5985, 5986, 1099, 4369]],
  // Docker and Swarm, etcd, Kubernetes, ZooKeeper, HashiCorp's Vault and Consul
  ['the control of machines', [2375, 2376, 2377, 2379, 2380, 6443, 10250, 10255, 2181, 8200, 8300, 8500, 8501]],
];

/**
 * Why a port is never connected to; undefined where it may be: a usual port of web servers, or one from 1024 that no
 * database, mail or other service is known by.
 */
export function portRefusal(port: number): string | undefined {
  const [service] = servicePorts.find(([, ports]) => ports.includes(port)) ?? [];
  if (service) return `The saved port is known as one of ${service}, which is never connected to`;
  if (webPorts.has(port) || (port >= 1024 && port <= 65_535)) return undefined;
  return 'The saved port is none of 80, 443 and those from 1024, and is never connected to';
}
