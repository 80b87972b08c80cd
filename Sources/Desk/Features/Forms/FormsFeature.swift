import Domain
import Storage
import Web

/// Forms of policy on cases: the intake, the customer's environment, questions to the customer, the closure checklist.
enum FormsFeature: Feature {
    static let name = "forms"
    static let rights: [Right] = ["case.sign_exception"]
    static let caseParts = FormsPages.parts
}
