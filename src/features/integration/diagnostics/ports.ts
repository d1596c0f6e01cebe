/** Where a web server is usual. Of all other ports below 1024 none is ever connected to. */
const webPorts: ReadonlySet<number> = new Set([80, 443, 8080, 8443]);

/** Ports from 1024 that are known for something else than a web server for people; none of them is ever connected to. */
const servicePorts: ReadonlyMap<number, string> = new Map([
  [1080, 'a proxy'], // SOCKS proxy
  [1099, 'the control of machines'], // Java RMI registry
  [1433, 'a database'], // Microsoft SQL Server
  [1434, 'a database'], // Microsoft SQL Server browser
  [1521, 'a database'], // Oracle Database
  [1526, 'a database'], // Oracle Database
  [1883, 'a message queue'], // MQTT
  [2049, 'a file server'], // NFS
  [2181, 'the control of machines'], // ZooKeeper
  [2375, 'the control of machines'], // Docker
  [2376, 'the control of machines'], // Docker
  [2377, 'the control of machines'], // Docker Swarm
  [2379, 'the control of machines'], // etcd
  [2380, 'the control of machines'], // etcd
  [2483, 'a database'], // Oracle Database
  [2484, 'a database'], // Oracle Database
  [2525, 'a mail server'], // SMTP
  [3050, 'a database'], // Firebird
  [3128, 'a proxy'], // Squid proxy
  [3268, 'a directory'], // Active Directory global catalog
  [3269, 'a directory'], // Active Directory global catalog
  [3306, 'a database'], // MySQL
  [3389, 'the control of machines'], // Remote Desktop
  [4190, 'a mail server'], // ManageSieve
  [4369, 'the control of machines'], // Erlang port mapper
  [5432, 'a database'], // PostgreSQL
  [5433, 'a database'], // PostgreSQL
  [5671, 'a message queue'], // AMQP
  [5672, 'a message queue'], // AMQP
  [5900, 'the control of machines'], // VNC
  [5901, 'the control of machines'], // VNC
  [5984, 'a database'], // CouchDB
  [5985, 'the control of machines'], // Windows Remote Management
  [5986, 'the control of machines'], // Windows Remote Management
  [6379, 'a cache'], // Redis
  [6380, 'a cache'], // Redis
  [6432, 'a database'], // PgBouncer
  [6443, 'the control of machines'], // Kubernetes
  [6984, 'a database'], // CouchDB
  [7000, 'a database'], // Cassandra
  [7001, 'a database'], // Cassandra
  [7199, 'a database'], // Cassandra
  [7474, 'a database'], // Neo4j
  [7687, 'a database'], // Neo4j
  [8086, 'a database'], // InfluxDB
  [8200, 'the control of machines'], // HashiCorp Vault
  [8300, 'the control of machines'], // Consul
  [8500, 'the control of machines'], // Consul
  [8501, 'the control of machines'], // Consul
  [8883, 'a message queue'], // MQTT
  [9042, 'a database'], // Cassandra
  [9092, 'a message queue'], // Kafka
  [9093, 'a message queue'], // Kafka
  [9160, 'a database'], // Cassandra
  [9200, 'a database'], // Elasticsearch
  [9300, 'a database'], // Elasticsearch
  [10250, 'the control of machines'], // Kubernetes
  [10255, 'the control of machines'], // Kubernetes
  [11211, 'a cache'], // memcached
  [15672, 'a message queue'], // RabbitMQ
  [16379, 'a cache'], // Redis
  [26257, 'a database'], // CockroachDB
  [26379, 'a cache'], // Redis Sentinel
  [27017, 'a database'], // MongoDB
  [27018, 'a database'], // MongoDB
  [27019, 'a database'], // MongoDB
  [33060, 'a database'], // MySQL
  [50000, 'a database'], // Db2
  [61613, 'a message queue'], // STOMP
  [61616, 'a message queue'], // ActiveMQ
]);

/**
 * Why a port is never connected to; undefined where it may be: a usual port of web servers, or one from 1024 that no
 * database, mail or other service is known by.
 */
export function portRefusal(port: number): string | undefined {
  const service = servicePorts.get(port);
  if (service) return `The saved port is known as one of ${service}, which is never connected to`;
  if (webPorts.has(port) || (port >= 1024 && port <= 65_535)) return undefined;
  return 'The saved port is none of 80, 443 and those from 1024, and is never connected to';
}
