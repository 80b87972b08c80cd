import Domain
import Storage
import Web

private let specialist = Field<String>.reference("person", "Who", to: "person")

/// Asks somebody to help with a stated contribution.
enum AddSpecialist: CoordinationOperation {
    struct Input: CaseInput {
        var id: String
        var person: String
        var contribution: String
        var coordinates: Bool
    }

    static let name = "case.add_specialist"
    static let summary = "Add a specialist"
    static let right: Right = "case.coordinate"
    static let input = Fields(
        Input.init, CaseFields.id, specialist,
        .line("contribution", "What they contribute", maxBytes: 300)
            .help("For example: reads the traces of the bridge."),
        .flag("coordinates", "Coordinates the technical work"))

    static func person(_ input: Input) -> String? { input.person }

    static func facts(
        _ input: Input, on state: CoordinationState, in context: Context
    ) throws(Refusal) -> [CaseFact] {
        try state.found.swarming(
            try state.admitted(input.person, field: "person", in: context), contribution: input.contribution,
            coordinates: input.coordinates, policy: context.policy)
    }
}

/// Names the one person who coordinates the technical work.
enum NameCoordinator: CoordinationOperation {
    struct Input: CaseInput {
        var id: String
        var person: String
    }

    static let name = "case.name_coordinator"
    static let summary = "Name the technical coordinator"
    static let verb = "Name coordinator"
    static let right: Right = "case.coordinate"
    static let input = Fields(
        Input.init, CaseFields.id,
        specialist.editing("coordinator").help("One person at any time; the owner stays accountable."))

    static func person(_ input: Input) -> String? { input.person }

    static func facts(
        _ input: Input, on state: CoordinationState, in context: Context
    ) throws(Refusal) -> [CaseFact] {
        try state.found.coordinated(
            by: try state.admitted(input.person, field: "person", in: context), now: state.now,
            policy: context.policy)
    }

    static func fill(_ form: inout OperationForm, from state: CoordinationState, for actor: Actor) {
        form.values["person"] = .text(state.now.coordinator?.raw ?? actor.id)
    }
}

/// Takes somebody out of those who help.
enum LeaveSwarm: CoordinationOperation {
    struct Input: CaseInput {
        var id: String
        var person: String?
        var reason: String?
    }

    static let name = "case.leave_swarm"
    static let summary = "Leave, or release a specialist"
    static let verb = "Leave"
    static let right: Right = "case.coordinate"
    static let input = Fields(
        Input.init, CaseFields.id, .optional(specialist).help("Empty means yourself."),
        .optional(CaseFields.reason))

    static func person(_ input: Input) -> String? { input.person }

    static func facts(
        _ input: Input, on state: CoordinationState, in context: Context
    ) throws(Refusal) -> [CaseFact] {
        try state.found.left(
            by: try state.named(input.person, field: "person"), reason: input.reason, now: state.now)
    }
}

/// Follows the case, or asks somebody to.
enum WatchCase: CoordinationOperation {
    struct Input: CaseInput {
        var id: String
        var person: String?
    }

    static let name = "case.watch"
    static let summary = "Watch the case"
    static let verb = "Watch"
    static let right: Right = "case.watch"
    static let input = Fields(
        Input.init, CaseFields.id, .optional(specialist).help("Empty means yourself."))

    static func person(_ input: Input) -> String? { input.person }

    static func undo(_ input: Input, on state: CoordinationState, in context: Context) -> Undo? {
        Undo(UnwatchCase.name, ["id": .text(input.id), "person": .optional(input.person)])
    }

    static func facts(
        _ input: Input, on state: CoordinationState, in context: Context
    ) throws(Refusal) -> [CaseFact] {
        try state.found.watched(
            by: try state.admitted(input.person, field: "person", in: context), isOn: true, now: state.now)
    }
}

/// Follows the case no longer.
enum UnwatchCase: CoordinationOperation {
    struct Input: CaseInput {
        var id: String
        var person: String?
    }

    static let name = "case.unwatch"
    static let summary = "Stop watching the case"
    static let verb = "Stop watching"
    static let right: Right = "case.watch"
    static let input = Fields(
        Input.init, CaseFields.id, .optional(specialist).help("Empty means yourself."))

    static func person(_ input: Input) -> String? { input.person }

    static func undo(_ input: Input, on state: CoordinationState, in context: Context) -> Undo? {
        Undo(WatchCase.name, ["id": .text(input.id), "person": .optional(input.person)])
    }

    static func facts(
        _ input: Input, on state: CoordinationState, in context: Context
    ) throws(Refusal) -> [CaseFact] {
        try state.found.watched(
            by: try state.named(input.person, field: "person"), isOn: false, now: state.now)
    }
}
