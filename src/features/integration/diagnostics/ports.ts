/** Where a web server is usual. Of all other ports below 1024 none is ever connected to. */
const webPorts: ReadonlySet<number> = new Set([80, 443, 8080, 8443]);

/** Ports from 1024 that belong to a service which is no web server for people; none of them is ever connected to. */
const servicePorts: ReadonlyMap<number, string> = new Map([
  [1080, 'SOCKS proxy'],
  [1099, 'Java RMI registry'],
  [1433, 'Microsoft SQL Server'],
  [1434, 'Microsoft SQL Server browser'],
  [1521, 'Oracle Database'],
  [1526, 'Oracle Database'],
  [1883, 'MQTT'],
  [2049, 'NFS'],
  [2181, 'ZooKeeper'],
  [2375, 'Docker'],
  [2376, 'Docker'],
  [2377, 'Docker Swarm'],
  [2379, 'etcd'],
  [2380, 'etcd'],
  [2483, 'Oracle Database'],
  [2484, 'Oracle Database'],
  [2525, 'SMTP'],
  [3050, 'Firebird'],
  [3128, 'Squid proxy'],
  [3268, 'Active Directory global catalog'],
  [3269, 'Active Directory global catalog'],
  [3306, 'MySQL'],
  [3389, 'Remote Desktop'],
  [4190, 'ManageSieve'],
  [4369, 'Erlang port mapper'],
  [5432, 'PostgreSQL'],
  [5433, 'PostgreSQL'],
  [5671, 'AMQP'],
  [5672, 'AMQP'],
  [5900, 'VNC'],
  [5901, 'VNC'],
  [5984, 'CouchDB'],
  [5985, 'Windows Remote Management'],
  [5986, 'Windows Remote Management'],
  [6379, 'Redis'],
  [6380, 'Redis'],
  [6432, 'PgBouncer'],
  [6443, 'Kubernetes'],
  [6984, 'CouchDB'],
  [7000, 'Cassandra'],
  [7001, 'Cassandra'],
  [7199, 'Cassandra'],
  [7474, 'Neo4j'],
  [7687, 'Neo4j'],
  [8086, 'InfluxDB'],
  [8200, 'HashiCorp Vault'],
  [8300, 'Consul'],
  [8500, 'Consul'],
  [8501, 'Consul'],
  [8883, 'MQTT'],
  [9042, 'Cassandra'],
  [9092, 'Kafka'],
  [9093, 'Kafka'],
  [9160, 'Cassandra'],
  [9200, 'Elasticsearch'],
  [9300, 'Elasticsearch'],
  [10250, 'Kubernetes'],
  [10255, 'Kubernetes'],
  [11211, 'memcached'],
  [15672, 'RabbitMQ'],
  [16379, 'Redis'],
  [26257, 'CockroachDB'],
  [26379, 'Redis Sentinel'],
  [27017, 'MongoDB'],
  [27018, 'MongoDB'],
  [27019, 'MongoDB'],
  [33060, 'MySQL'],
  [50000, 'Db2'],
  [61613, 'STOMP'],
  [61616, 'ActiveMQ'],
]);

/**
 * Why a port is never connected to; undefined where it may be: a usual port of web servers, or one from 1024 that no
 * database, mail or other service is known by.
 */
export function portRefusal(port: number): string | undefined {
  const service = servicePorts.get(port);
  if (service) return `The saved port is known as one of ${service} and is never connected to`;
  if (webPorts.has(port) || (port >= 1024 && port <= 65_535)) return undefined;
  return 'The saved port is none of 80, 443 and those from 1024, and is never connected to';
}
