import Domain
import Storage
import Web

enum PortalFeature: Feature {
    static let name = "portal"
}
