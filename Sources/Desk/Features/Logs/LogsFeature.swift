import Domain
import HTTPTypes
import Storage
import Web

/// Logs: evidence of any size, read line by line, searched and filtered where it lies.
enum LogsFeature: Feature {
    static let name = "logs"
    static let reads = LogsJSON.reads
    static func routes(_ services: Services) -> [Route] { LogsPages.routes(services) }
}
