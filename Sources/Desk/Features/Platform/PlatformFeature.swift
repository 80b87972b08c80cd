import Domain
import Storage
import Web

enum PlatformFeature: Feature {
    static let name = "platform"
}
