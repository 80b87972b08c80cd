import Domain
import Storage
import Web

/// Messages of monitoring systems: the first about something opens a case, the others are added to it.
enum AlertsFeature: Feature {
    static let name = "alerts"
    static let operations = [AnyOperation(ReceiveAlert.self)]
    static let caseParts = [AlertPages.part]
}
