import Domain
import Storage
import Web

enum PolicyFeature: Feature {
    static let name = "policy"
    static let subjects = [PolicyStore.subject]
    static let statements = PolicyStore.samples
}
