import Domain
import Storage
import Web

enum PeopleFeature: Feature {
    static let name = "people"
    static let operations = [
        AnyOperation(AddPerson.self), AnyOperation(ChangeRoles.self), AnyOperation(RenamePerson.self),
        AnyOperation(DeactivatePerson.self), AnyOperation(ReactivatePerson.self), AnyOperation(SwitchShortcuts.self),
    ]
    static let subjects = [PeopleQueries.subject]
    static let statements = PeopleQueries.samples
    static let rights: [Right] = ["people.view", "token.manage", "journal.view"]
}
