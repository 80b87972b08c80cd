import Domain
import Storage
import Web

enum CustomersFeature: Feature {
    static let name = "customers"
    static let subjects = [CustomersQueries.subject]
    static let statements = CustomersQueries.samples
}
