import Diagnosis
import Domain
import Storage
import Web

/// Writes down when a customer allows changes: windows of the week, and freezes.
enum SetChangeCalendar: OrganisationOperation {
    struct Input: OrganisationInput {
        var organisation: String
        var zone: String?
        var windows: [String]
        var freezes: [String]
    }

    typealias State = Organisation

    static let name = "organisation.set_change_calendar"
    static let summary = "Set change windows and freezes"
    static let verb = "Save"
    static let right: Right = "organisation.edit"
    static let input = Fields(
        Input.init, OrganisationRules.id,
        .optional(.line("zone", "Time zone", maxBytes: 60).editing(Aspect("change_calendar")))
            .help("The zone of their days, such as Europe/Helsinki. Empty means UTC."),
        .list(
            of: OrganisationRules.checked(
                .line("windows", "Change windows", maxBytes: 60), "days and hours such as sat-sun 20:00-24:00"
            ) { text in ChangeCalendar.window(text) == nil ? nil : text.lowercased() }
        ).help("One a line, such as tue 22:00-24:00. None means any time, but for the freezes."),
        .list(
            of: OrganisationRules.checked(
                .line("freezes", "Freezes", maxBytes: 200),
                "days and a name, such as 2026-12-15..2027-01-05 Year end, or 12-24 Christmas Eve for every year"
            ) { text in ChangeCalendar.Freeze(text: text)?.text }
        ).help("One a line: 2026-12-15..2027-01-05 Year end. Both days belong to it."))

    static func decide(
        _ input: Input, on found: Organisation, in context: Context
    ) throws(Refusal) -> Decision {
        let calendar = ChangeCalendar(
            zone: input.zone ?? "UTC", windows: input.windows,
            freezes: input.freezes.compactMap { ChangeCalendar.Freeze(text: $0) })
        do throws(CalendarProblem) {
            _ = try ChangeHours(calendar, version: 1, zones: .machine)
        } catch {
            let field =
                error.message.contains("zone")
                ? "zone" : error.message.contains("holidays") ? "freezes" : "windows"
            throw Refusal(
                field: field, "bad_calendar",
                "This calendar \(error.message.replacing("two holidays", with: "two freezes")).")
        }
        let isSame = found.record.changeCalendars.last.map { $0 == calendar } ?? calendar.isEmpty
        return OrganisationRules.answer(isSame ? [] : [.changeCalendarSet(calendar)], on: found)
    }

    static func fill(
        _ form: inout OperationForm, from found: Organisation, policy: Policy, in tx: borrowing Transaction
    ) throws {
        guard let calendar = found.record.changeCalendars.last else { return }
        form.values["zone"] = .text(calendar.zone)
        form.values["windows"] = .text(calendar.windows.joined(separator: "\n"))
        form.values["freezes"] = .text(calendar.freezes.map(\.text).joined(separator: "\n"))
    }
}
